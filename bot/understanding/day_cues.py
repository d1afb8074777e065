"""The words that tell what happened on a day, as patterns over plain words; `day_roles` weighs them by their place."""

from typing import Literal

from bot.understanding.day_words import DAY, PROCEDURE

Role = Literal["start", "end", "clean", "ends", "next", "done", "booked", "procedure", "other", "none", "asked"]

BLOOD = (
    r"(?:period|menses|menstruation|menstrual|bleeding|bleed|blood|flow|mc|af|aunt flo\w*|monthly(?: visitor)?|cycle"
    r"|time of the month)(?!\w)"
)
BOOKABLE = rf"(?:{PROCEDURE}|x ?- ?ray|xray|procedure|appointment|hysteroscopy|hsg|scan|exam|examination|camera|test)"
TUBES = r"(?:fallopian |womb )?(?:tubes?|womb|uterus|cavity)"
SEEN = (
    r"(?:x ?-? ?rayed|xrayed|scanned|flushed|checked|examined|tested|looked|filled|imaged|viewed|seen|photographed|dyed"
    r"|rinsed)"
)
SEE = r"x ?-? ?ray|xray|scan|flush|check|examine|test|look|fill|image"
LATER = (
    r"(?:will|should|shall|would|might|is going to|going to|supposed to|expect to|expecting to|expected to|due to"
    r"|likely to|about to)"
)
CUES: dict[Role, str] = {
    "next": rf"{LATER}(?: probably| also| then)? (?:start|come|begin|get|arrive|be|have my period|appear|show)(?:"
    rf" (?:my |the"
    rf" )?{BLOOD})?"
    rf"|(?:next|coming) {BLOOD}(?: is| was)?(?: due| expected)?|(?:is |am |was )?(?:over)?due|expect(?:ed|ing)?"
    r"|starts|begins|comes|coming|next one|(?:app|tracker|calendar) (?:says|shows|tells)|predict\w*|estimated"
    r"|(?:period|menses) (?:is )?(?:on the way)"
    rf"|(?:if|when|once) (?:i get (?:my )?(?:next )?(?:{BLOOD}|it)|(?:it|my (?:next )?{BLOOD}) (?:start|come|begin"
    rf"|arrive)s?)",
    "clean": r"(?:first )?(?:clean|dry|bleeding free|blood free)(?: day)?"
    r"|no (?:more )?(?:blood|bleeding|spotting)(?: at all| anymore)?(?: since| from)?"
    r"|(?:have |has )?not bled|(?:did|do|does|have|has|had) not (?:bleed|bled|(?:have|see|had|seen)"
    r" (?:any |more )*(?:blood|bleeding))(?: anymore)?|(?:was|were|am|is) not bleeding(?: anymore| any more)?|not"
    r" bleed|not bleeding since"
    r"|without (?:any )?(?:blood|bleeding)|(?:nothing|none)(?: more)? since|not a drop since|blood ?- ?free"
    r"|free (?:of|from) (?:blood|bleeding)|(?:no|not any) (?:more )?spotting since",
    "ends": rf"(?:if|when|once) (?:it|she|(?:my |the |her )?(?:next )?{BLOOD}) (?:ends|stops|finishes|is over)"
    r"|(?:will|should|shall|would|might|is going to|going to|supposed to|expected to|due to|likely to)"
    r"(?: probably| also| then| all)? (?:be )?(?:over|done|finished|finish|gone|end|stop)(?: by)?",
    "end": rf"(?:finish|finished|stopped|ended|stop|end|over|quit|done)(?: with)? (?:my |the |her |this |bleeding"
    rf" )*{BLOOD}"
    rf"(?: already| now)*(?: since| from)?|ended|ending|finished|finishing|finish|stopped|stop|ends|end|over|gone"
    rf"|quit|came to an end|done bleeding|done with (?:my )?{BLOOD}"
    rf"|went away"
    rf"|last day(?: of (?:my |the )?(?:last )?{BLOOD})?|last (?:bleeding|bleed|blood|bled|spotting)(?: day)?"
    rf"|last (?:saw|had|noticed|was)(?: any| some| a)* (?:{BLOOD}|spotting)"
    rf"|(?:got|came|come|went|am|just) off (?:my |the |her )?{BLOOD}"
    rf"|(?:it|{BLOOD}|she) (?:go|goes|went)(?: away)?(?! (?:to|for|in|through|from|back|home|well|on (?!{DAY}|the"
    rf" {DAY})))"
    rf"|(?:{BLOOD}|it) (?:is |was |got )?(?:all )?done|lasted until|bled until|until|completed|complete|ceased"
    rf"|wrapped up|last (?:(?:little )?(?:bits?|drops?|traces?|spots?|signs?|remains) )?of (?:the |my |her |any )?"
    rf"(?:{BLOOD}|spotting|it)|last day (?:of|with|for|on) (?:my |the |her |any )?(?:last |actual )*(?:{BLOOD}|spotting"
    r"|it)|last (?:day|time) (?:that |when )?(?:i|she|there) (?:still )?(?:bled|spotted|had|saw|was|needed)"
    rf"(?: any| some| a)?(?: {BLOOD}| spotting| pads?)?"
    rf"|(?:(?:{BLOOD}|it|and|then|has|had|finally) |(?<=, ))left(?: me| her)?|disappeared|dried up|cleared(?: up)?"
    rf"|vanished"
    rf"|petered out|(?:{BLOOD}|it) has passed|(?:no (?:more )?(?:{BLOOD}|spotting)|nothing|not bled)(?: more)? after"
    r"|(?:bled|bleeding|spotting|blood|continued|went on|up) (?:up )?(?:to|through|until)",
    "start": rf"started|starting|start|began|begin|begining|beginning"
    r"|came(?: on| down)?(?! (?:to|for|in|into|here|back|home|off|from|by|with|out)\b)|arrived|appeared|showed up"
    r"|(?<!i )(?<!we )(?<!to )(?<!can )(?<!could )(?<!should )(?<!must )(?<!may )(?<!will )(?<!please )come"
    r"(?! (?:to|for|in|back|again|here)\b)"
    rf"|first (?:full |real |proper )?(?:day|flow|full flow|bleeding)(?: of (?:my |the )?(?:last |full |heavy"
    rf" )*{BLOOD})?"
    rf"|day (?:1|one)|cd ?1|(?:day|date) of (?:my |the )?(?:last )?{BLOOD}|lmp|lmc|last menstrual(?: period)?"
    rf"|(?:got|get|had|have gotten|have got|saw|have had) (?:my |the |a )?(?:last )?{BLOOD}|(?:got|get) it"
    rf"|(?:on my {BLOOD}|bleeding|bled|{BLOOD}) (?:since|from)|bleeding again|full flow|first bled"
    rf"|(?:no|not had a|have not had a|without a) period since|(?:went|ran|lasted|was|is|mine) from|turned up|kicked in"
    rf"|set in|{BLOOD} (?:visited|is here since|hit)|got her {BLOOD}|on her {BLOOD} since",
    "other": r"(?:holidays?|vacation|trip|away|travel\w*|work\w*|abroad) until|(?:semen|sperm\w*)(?: tests?| analysis"
    r"| sample| count)?(?: was| is)?|(?:blood|pregnancy|urine|hormone"
    r"|smear|pap|covid|sti|thyroid|ovulation|home|amh|allergy"
    r"|swab)"
    r" (?:tests?|works?|results?|sample|smear)|bloods|baby|born|birth(?!day)\w*|delivered|c ?- ?section|miscarr\w*"
    r"|wedding"
    r"|married|sex|intercourse|slept together|made love|fly|flights?|tickets?|hotel|travel\w*|holidays?|vacation"
    r"|trips?|meeting|dentist|fever|pain|cramp\w*|discharge"
    r"|antibiotic\w*|pills?|tablets?|medic\w*|metformin|letrozole|clomid|provera|injection|ovulat\w*|iui|ivf|transfer"
    r"|retrieval|surgery|operation|laparoscopy|abortion|vaccin\w*|(?:spotting|cramps?|pain|antibiotics?|treatment"
    r"|medication|trying|working) (?:started|began)|started (?:with )?(?:spotting|cramp\w*|pain|antibiotic\w*|tak\w*"
    r"|treatment|medication|provera|pills?|the pill|clomid|letrozole|work\w*|try\w*)|brown|results?|report|email\w*"
    r"|called|phoned|rang|consultation|doctor'?s? visit|saw (?:the )?doctor|visit\w*|appointment with(?: the| my| a|"
    r" our)? (?:doctor|dr|gp|gyn\w*)|paid|period pain|period tracker",
    "booked": rf"(?:will|going to|want to|to) (?:{SEE}) (?:at |into )?(?:my |the |her |both )*{TUBES}"
    rf"|{TUBES} (?:will be|are being|is being|to be|get|are getting) {SEEN}|(?:{BOOKABLE}(?: \w+)? (?:is|will be|is"
    rf" booked|scheduled|booked|planned|set|due|fixed|has been booked)"
    rf"(?: \w+)?(?: for| on| at)?)|(?:have|having|has|got|get|getting|go for|going for|come for|coming for|do|doing)"
    rf" (?:my |the |a |an )?(?:\w+ )?{BOOKABLE}|booked(?: in)?(?: for)?|scheduled(?: for)?"
    rf"|will (?:have|do|get|undergo) (?:my |the |a |an |it)?(?:{BOOKABLE})?|{BOOKABLE} (?:coming|upcoming)"
    rf"|upcoming {BOOKABLE}|next {BOOKABLE}",
    "done": rf"(?:{SEEN} (?:at |into |inside |through )?(?:my |the |her |both |our )*{TUBES}"
    rf"|{TUBES} (?:was|were|got|been|have been|has been) (?:\w+ )?{SEEN}|had (?:my |the |her )?{TUBES} (?:{SEEN}|done)"
    rf"|(?:had|did|got) (?:my |the |her )?{TUBES}"
    r"|(?:had|did|done|got) (?:the |a |my |that |this )?(?:dye|tubes?|camera|scope|flush) (?:thing|one|procedure"
    r"|exam))|(?:had|did|underwent|done|got|have had|have done|was|been for|went for|came for|completed|finished)"
    rf" (?:my |the |a |an |this |that )?(?:\w+ )?{BOOKABLE}|{BOOKABLE}(?: \w+)? (?:was|were|done|happened|took place"
    rf"|has been"
    rf"|had been|got done|performed|finished|went|over|completed)(?: done| performed| finished)?",
    "procedure": BOOKABLE,
}
WEAK: dict[Role, str] = {
    "start": rf"(?<!after )(?<!before )(?:(?:last|previous|recent|latest|this|my|the) {BLOOD}(?: date)?(?: was| is|"
    rf" on)*"
    rf"|(?<!after my )(?<!before my )(?<!after the )(?<!before the )(?:period|menses|bleeding))"
    rf"|bled",
    "done": r"(?:it|mine) was(?: done| performed)?|(?:had|did|got|done) it(?: done)?|it happened|was done",
    "booked": r"it is (?:booked|planned|scheduled)?|it will be|mine is",
}
