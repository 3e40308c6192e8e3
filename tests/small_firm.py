"""A firm of three clients, small enough to work out by hand: its files in Spanish and in English style, and what the book must say.

As-of is 30 June 2024, the day of its newest invoice. Worked by hand:

    revenue   12,345.60 − 345.60 (credit note) + 5,000.00 + 2,654.40           = 19,654.40, no expenses: AGI is the same
    cost      Íñigo 10 × 7.5 h × 30.00 + Zoë 8 × 6.25 h × 25.50                = 2,250.00 + 1,275.00 = 3,525.00
    margin    (19,654.40 − 3,525.00) / 19,654.40                               = 82.07 %
    clients   12,000.00, 5,000.00, 2,654.40                                    = 61.06 %, 25.44 %, 13.51 %; HHI 4,557
    owed      6,050.00 (77 days late) + 3,211.82 (not due) − 418.18 (credit)   = 8,843.64, of it 68.4 % over 30 days late
"""

from __future__ import annotations

AS_OF = "2024-06-30"
BOOK = {
    "Revenue": "€19,654",
    "AGI": "€19,654",
    "Delivery margin": "82.1%",
    "Net retention": "—",
    "Client retention": "—",
    "Largest client": "61%",
    "Three largest": "100%",
    "Concentration (HHI)": "4,557",
    "Receivables": "€8,844",
}

_SPANISH_DAYS = [f"{day:02d}/05/2024" for day in (2, 3, 6, 7, 8, 9, 13, 14, 15, 16)]

_SPANISH = {
    "clientes.csv": """Código de cliente;Nombre;Gestor de cuenta;Sector;Segmento;Estado;Moneda
A1;Añil Textil;Lola Núñez;Moda;Clave;Activo;EUR
A2;Bravo Logística;Pau Soler;Logística;En crecimiento;Activo;EUR
A3;Cabal & Hijos;Lola Núñez;Moda;Estándar;Activo;EUR
""",
    "proyectos.csv": """Código;Cliente;Proyecto;Estado;Horas presupuestadas;Moneda
J1;Añil Textil;Tienda en línea;En curso;120,5;EUR
J2;Bravo Logística;Seguimiento de envíos;En curso;80;EUR
J3;Cabal & Hijos;Catálogo de otoño;Planificado;40;EUR
""",
    "equipo.csv": """Código;Nombre;Puesto;Horas semanales;Coste hora;Tarifa;Moneda
P1;Íñigo Peña;Diseño;40;30,00 €;80,00 €;EUR
P2;Zoë Martín;Programación;37,5;25,50 €;75,00 €;EUR
""",
    "horas.csv": "Fecha;Empleado;Proyecto;Horas;Facturable;Nota\n"
    + "".join(f"{day};Íñigo Peña;Tienda en línea;7,5;Sí;Diseño\n" for day in _SPANISH_DAYS)
    + "".join(f"{day};Zoë Martín;Seguimiento de envíos;6,25;No;Código\n" for day in _SPANISH_DAYS[:8]),
    "facturas.csv": """Nº factura;Cliente;Tipo;Estado;Fecha de emisión;Vencimiento;Base imponible;IVA;Cobrado;Fecha de cobro
F-1;Añil Textil;Factura;Cobrada;31/01/2024;01/03/2024;12.345,60 €;2.592,58 €;14.938,18 €;05/02/2024
F-2;Bravo Logística;Factura;Pendiente;15/03/2024;14/04/2024;5.000,00 €;1.050,00 €;;
F-3;Cabal & Hijos;Factura;Pendiente;30/06/2024;30/07/2024;2.654,40 €;557,42 €;;
F-4;Añil Textil;Abono;Pendiente;10/05/2024;10/05/2024;345,60 €;72,58 €;;
""",
}

_ENGLISH_DAYS = [f"2024-05-{day[:2]}" for day in _SPANISH_DAYS]

_ENGLISH = {
    "clients.csv": """Client ID,Client,Account manager,Industry,Tier,Status,Currency
A1,Añil Textil,Lola Núñez,Moda,Key,Active,EUR
A2,Bravo Logística,Pau Soler,Logística,Growth,Active,EUR
A3,Cabal & Hijos,Lola Núñez,Moda,Standard,Active,EUR
""",
    "projects.csv": """Project ID,Client,Project,Status,Budget hours,Currency
J1,Añil Textil,Tienda en línea,Active,120.5,EUR
J2,Bravo Logística,Seguimiento de envíos,Active,80,EUR
J3,Cabal & Hijos,Catálogo de otoño,Planned,40,EUR
""",
    "people.csv": """Person ID,Name,Role,Weekly hours,Cost rate,Bill rate,Currency
P1,Íñigo Peña,Diseño,40,30.00,80.00,EUR
P2,Zoë Martín,Programación,37.5,25.50,75.00,EUR
""",
    "time entries.csv": "Date,Person,Project,Hours,Billable,Notes\n"
    + "".join(f"{day},Íñigo Peña,Tienda en línea,7.5,Yes,Diseño\n" for day in _ENGLISH_DAYS)
    + "".join(f"{day},Zoë Martín,Seguimiento de envíos,6.25,No,Código\n" for day in _ENGLISH_DAYS[:8]),
    "invoices.csv": """Invoice number,Client,Type,Status,Issue date,Due date,Net amount,Tax,Amount paid,Payment date,Currency
F-1,Añil Textil,Invoice,Paid,2024-01-31,2024-03-01,"€12,345.60","€2,592.58","€14,938.18",2024-02-05,EUR
F-2,Bravo Logística,Invoice,Open,2024-03-15,2024-04-14,"€5,000.00","€1,050.00",,,EUR
F-3,Cabal & Hijos,Invoice,Open,2024-06-30,2024-07-30,"€2,654.40",€557.42,,,EUR
F-4,Añil Textil,Credit note,Open,2024-05-10,2024-05-10,€345.60,€72.58,,,EUR
""",
}

SPANISH = {name: text.replace("\n", "\r\n").encode("cp1252") for name, text in _SPANISH.items()}
ENGLISH = {name: text.encode() for name, text in _ENGLISH.items()}
