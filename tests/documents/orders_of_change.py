"""Change orders of an invented project: one as most are, one empty, one whose every text is the same. Holds no test."""

from __future__ import annotations

from datetime import date

from lib.documents import change_order as parts
from lib.documents.change_order import ChangeOrder

AS_OF = date(2026, 10, 2)


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


def usual(code: str = "en") -> ChangeOrder:
    """CR-11 of the booking platform, on 2 October 2026."""

    def say(english: str, spanish: str) -> str:
        return english if code == "en" else spanish

    return ChangeOrder(
        number="CR-11", title=say("Supplier portal for the booking platform", "Portal de proveedores para la plataforma de citas"),
        dated_on=AS_OF, as_of=AS_OF, firm="Studio Norte", client="Brightwater Dental Group",
        project=say("Booking platform", "Plataforma de citas"), currency="EUR",
        contract="BDG-2026-03", contract_on=day(3, 2), raised_by="Marije Aalders", raised_on=day(9, 30),
        earlier=(parts.Earlier("CR-04", "Single sign-on", "approved", day(5, 18), 8_400.0),
                 parts.Earlier("CR-09", "Second brand", "rejected", day(8, 3))),
        items=(
            parts.Item("added", say("Sign-in and roles", "Acceso y permisos"),
                       say("A supplier sees only its own orders.", "Cada proveedor ve solo sus pedidos."), 36.0),
            parts.Item("added", say("Order screens", "Pantallas de pedidos"),
                       say("List, detail and search load in 2 seconds.", "Lista, detalle y búsqueda cargan en 2 segundos."), 58.0),
            parts.Item("added", say("Approval flow", "Flujo de aprobación"),
                       say("Each change is approved or refused with its reason.", "Cada cambio se aprueba o se rechaza."), 72.5),
            parts.Item("modified", say("Acceptance tests", "Pruebas de aceptación"), "", 30.0),
            parts.Item("removed", say("Newsletter page", "Página del boletín")),
        ),
        reason=say("Suppliers enter their own orders, so that the practices stop retyping them.",
                   "Los proveedores cargan sus pedidos y las clínicas dejan de copiarlos."),
        in_scope=False, scope_reason=say("not in section 2.1", "no está en el apartado 2.1"), way="extend",
        moved=(parts.Moved(say("Go-live", "Salida a producción"), day(11, 4), day(11, 24)),
               parts.Moved(say("Acceptance", "Aceptación"), None, day(11, 30))),
        planned_before_on=day(11, 4), planned_after_on=day(11, 24), margin_before_on=day(11, 11), margin_after_on=day(12, 3),
        committed_before_on=day(11, 12), committed_after_on=day(12, 7),
        price_work=26_400.0, price_other=1_200.0, price=27_600.0, contract_before=184_000.0, contract_after=211_600.0, hours=196.5,
        assumptions=(say("Brightwater provides the supplier list by 14 October.", "Brightwater entrega la lista antes del 14 de octubre."),
                     say("Two browsers: current Chrome and Safari.", "Dos navegadores: Chrome y Safari actuales.")),
        later=(parts.Later(1, day(10, 9), day(12, 10), 27_900.0), parts.Later(2, day(10, 16), day(12, 17), 28_400.0),
               parts.Later(4, day(10, 30), day(1, 21, 2027), 30_200.0)),
        valid_until=day(10, 16),
        refused=(parts.RefusedOption("add_people", day(11, 20), 34_200.0, day(10, 1)),
                 parts.RefusedOption("defer", None, None, day(10, 1))),
        client_signer="Marije Aalders", firm_signer="Nuria Vidal",
    )  # fmt: skip


def empty() -> ChangeOrder:
    """An order of which next to nothing is known."""
    return ChangeOrder("1", "", AS_OF, AS_OF, "", "", "", "EUR")


def crowded(text: str, rows: int = 30) -> ChangeOrder:
    """Every text of it is `text`, and every part holds `rows` rows."""
    return ChangeOrder(
        text, text, AS_OF, AS_OF, text, text, text, "EUR", text, AS_OF, text, AS_OF,
        earlier=tuple(parts.Earlier(text, text, "approved", AS_OF, 1.25) for _ in range(rows)),
        items=tuple(parts.Item("added", text, text, 1.5) for _ in range(rows)), description=text, reason=text, in_scope=True,
        scope_reason=text, moved=tuple(parts.Moved(text, AS_OF, AS_OF) for _ in range(rows)), planned_before_on=AS_OF,
        price_work=1.0, price_other=2.25, price=3.25, contract_before=1e9, contract_after=1e9 + 3.25, hours=1.5 * rows,
        assumptions=(text,) * rows, later=(parts.Later(1, AS_OF, AS_OF, -3.5),) * rows, valid_until=AS_OF,
        refused=(parts.RefusedOption("swap", AS_OF, 7.0, AS_OF),) * rows, client_signer=text, firm_signer=text,
    )  # fmt: skip
