"""Patterns of postal addresses in several countries' order; nothing but their form stands here.

A number before small words is no address ("90 min drive", "day 10 to place it"): a street needs a capital,
unless "I live at" or the like stands before it.
"""

STREET = (
    r"(?i:streets?|st|roads?|rd|lane|ln|avenue|ave|drive|dr|close|court|ct|way|terrace|crescent|cres|place|pl|boulevard"
    r"|blvd|gardens|square|sq|row|grove|mews|highway|hwy|parade|layout|marg|nagar|colony|estate|apartments?|towers?"
    r"|heights|hill)(?!\w)\.?"
)
PROPER = r"(?:\p{Lu}[\w'\u2019.\-]*|\d{1,3}(?:st|nd|rd|th))"
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ \t]?\d[A-Z]{2}(?!\w)"
ROOM = r"(?i:(?:flat|apt|apartment|unit|suite|house|plot|block)(?:[ \t]*no)?\.?[ \t]*#?\d+[A-Z]?)"
TOWN = r"\p{Lu}[\p{L}'\u2019\-]+(?!\w)"
# What follows the street: rooms, postcodes and towns, in any order.
TAIL = (
    rf"(?:(?:[ \t]*,[ \t]*|[ \t]+)(?:{UK_POSTCODE}|(?i:apt|apartment|flat|unit|suite|road)[ \t.#]*\w{{1,4}}(?!\w)"
    rf"|[A-Z]{{2,3}}[ \t]+\d{{4,5}}(?:-\d{{4}})?(?!\d)|(?:\d{{2,3}}-\d{{3}}|\d{{4,6}})(?!\d)(?:[ \t]+{TOWN}){{0,2}})"
    rf"|[ \t]*,[ \t]*(?:Col\.[ \t]*)?{TOWN}(?:[ \t]+{TOWN}){{0,2}}"
    rf"|[ \t]+{TOWN}(?=[ \t,]+(?:{UK_POSTCODE}|[A-Z]{{2,3}}[ \t]+\d|\d{{5,6}}(?!\d))))*"
)
FRONT = r"(?<![\w/.])"
STREET_FIRST = r"(?:[Cc]alle|[Rr]ue|Via|Strada|Avenida|Av\.|[Uu]l\.|[Uu]lica|Rua|Jalan|Jln?\.?|Aleja|Al\.)"
NUMBER_FIRST = r"(?:[Rr]ue|[Aa]venue|boulevard|via|calle|impasse|chemin|Jalan)"
STREET_LAST = r"(?i:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|gatan|vägen|straat|laan)"
CUE = (
    r"(?i:(?<!\w)(?:(?:my|our|home|postal|the)?[ \t]*addr(?:ess)?|(?:i|we)[ \t]+(?:live|stay)[ \t]+at"
    r"|living[ \t]+at|staying[ \t]+at)(?!\w)[ \t]*(?:is|are|:|=|-|\uff1a|[ \t])*)"
)
GOES_ON = r"how|can|do|is|and|what|where|when|will|should|i"
AFTER_CUE = (
    r"(?=[^\n.;?!]{0,20}\d)(?:[^\n;?!.,]|\.(?=\w|[ \t]*\d))+?"
    rf"(?:,[ \t]*+(?!(?:{GOES_ON})(?!\w))[^\n;?!,.]+?)*(?=$|[\n;?!.,]|[ \t](?:and|since|but|so)[ \t])"
)
HAN = r"[\u4e00-\u9fff]"
CHINESE = (
    rf"(?:{HAN}{{1,8}}?[省市区县镇乡])*{HAN}{{1,8}}?(?:路|街|大道|道|弄|巷|胡同|村|小区|花园){HAN}{{0,3}}\d+(?:号|弄|栋|幢|室|单元)"
    rf"(?:{HAN}{{0,6}}\d+(?:号楼|号|弄|栋|幢|座|楼|层|室|单元))*(?:\d{{2,4}}(?:室)?)?"
)
ADDRESSES = (
    rf"{FRONT}(?:{ROOM}[ \t]*,?[ \t]*)?(?i:no\.?[ \t]*)?\d{{1,5}}[A-Z]?(?:[/\-]\d{{1,4}})?[ \t,]+"
    rf"(?:{PROPER}[ \t]+){{1,4}}{STREET}{TAIL}",
    rf"{FRONT}{ROOM}[ \t]*,[ \t]*(?:\d+[ \t]+)?\p{{Lu}}[\w'.\-]+(?:[ \t]+\p{{Lu}}[\w'.\-]+){{0,3}}{TAIL}",
    rf"{FRONT}(?i:(?:no|house)\.?[ \t]*)?(?:\d{{1,4}},?[ \t]+)?{STREET_FIRST}[ \t]+"
    rf"(?:[\p{{L}}'\-]+[ \t,]+){{0,4}}?(?:\p{{Lu}}[\p{{L}}'\-]+)?[ \t,]*\d{{1,4}}(?:/\d+)?[A-Z]?(?!\w){TAIL}",
    rf"{FRONT}(?i:no\.?[ \t]*)?\d{{1,4}},?[ \t]+{NUMBER_FIRST}[ \t]+"
    rf"(?:[\p{{L}}'\-]+[ \t]+){{0,2}}\p{{Lu}}[\p{{L}}'\-]+{TAIL}",
    rf"{FRONT}\p{{Lu}}\p{{L}}+{STREET_LAST}[ \t]+\d{{1,4}}[a-z]?(?!\w){TAIL}",
    rf"{FRONT}(?i:p\.?[ \t]?o\.?[ \t]*box)[ \t]+\d+{TAIL}",
    FRONT + UK_POSTCODE,
    rf"{CUE}\K{AFTER_CUE}",
    r"(?i:(?<!\w)(?:post[ \t]?code|zip(?:[ \t]?code)?|pin[ \t]?code)(?:[ \t]+is)?[ \t]*:?[ \t]*)\K\d{4,6}(?!\d)",
    CHINESE,
)
