"""The words that tell what happened on a day, as patterns over plain words; `day_roles` weighs them by their place."""

from typing import Literal

from bot.understanding.day_words import PROCEDURE

Role = Literal["start", "end", "clean", "next", "done", "booked", "procedure", "other", "none", "asked"]

BLOOD = r"(?:period|menses|menstruation|menstrual|bleeding|bleed|blood|flow|mc|af|aunt flo\w*|monthly|cycle)"
BOOKABLE = rf"(?:{PROCEDURE}|x ?- ?ray|xray|procedure|appointment|hysteroscopy|hsg|scan|exam|examination|camera|test)"
LATER = r"(?:will|should|shall|would|might|is going to|going to|supposed to|expected to|due to|likely to|about to)"
CUES: dict[Role, str] = {
    "next": rf"(?:next|coming) {BLOOD}(?: is| was)?(?: due| expected)?|(?:is |am |was )?(?:over)?due|expect(?:ed|ing)?"
    rf"|{LATER}(?: probably| also| then)? (?:start|come|begin|get|arrive|be|have my period|appear|show)(?: (?:my |the"
    rf" )?{BLOOD})?"
    r"|starts|begins|comes|coming|predict\w*|estimated|(?:period|menses) (?:is )?(?:on the way)"
    rf"|(?:if|when|once) (?:i get (?:my )?(?:next )?(?:{BLOOD}|it)|(?:it|my (?:next )?{BLOOD}) (?:start|come|begin"
    rf"|arrive)s?)",
    "clean": r"(?:first )?(?:clean|dry|bleeding free|blood free)(?: day)?"
    r"|no (?:more )?(?:blood|bleeding|spotting)(?: at all| anymore)?(?: since| from)?"
    r"|(?:have |has )?not bled|(?:did|do|does|have|has|had) not (?:bleed|bled|have bleeding)(?: anymore)?"
    r"|without (?:blood|bleeding)|nothing(?: more)? since",
    "end": rf"ended|finished|finishing|finish|stopped|stop|ends|end|over|gone|done bleeding|done with (?:my )?{BLOOD}"
    rf"|went away"
    rf"|last day(?: of (?:my |the )?(?:last )?{BLOOD})?|last (?:bleeding|blood|bled|spotting)(?: day)?"
    rf"|(?:{BLOOD}|it) (?:is |was |got )?(?:all )?done|lasted until|bled until|until|completed|complete|ceased"
    rf"|wrapped up",
    "start": rf"started|starting|start|began|begin|begining|beginning|came(?: on| down)?|arrived|appeared|come|showed"
    rf" up"
    rf"|first (?:full |real |proper )?(?:day|flow|full flow|bleeding)(?: of (?:my |the )?(?:last |full |heavy"
    rf" )*{BLOOD})?"
    rf"|day (?:1|one)|cd ?1|(?:day|date) of (?:my |the )?(?:last )?{BLOOD}|lmp|lmc|last menstrual(?: period)?"
    rf"|(?:got|get|had|have gotten|have got|saw|have had) (?:my |the |a )?(?:last )?{BLOOD}|(?:got|get) it"
    rf"|(?:on my {BLOOD}|bleeding|bled|{BLOOD}) (?:since|from)|bleeding again|full flow|first bled"
    rf"|(?:no|not had a|have not had a|without a) period since",
    "other": r"semen|sperm\w*|(?:blood|pregnancy|urine|hormone|smear|pap|covid|sti|thyroid|ovulation|home|amh|allergy"
    r"|swab)"
    r" (?:tests?|works?|results?|sample|smear)|bloods|baby|born|birth\w*|delivered|c ?- ?section|miscarr\w*|wedding"
    r"|married|sex|intercourse|slept together|made love|fly|flight|travel\w*|holiday|trip|fever|pain|cramp\w*|discharge"
    r"|antibiotic\w*|pills?|tablets?|medic\w*|metformin|letrozole|clomid|provera|injection|ovulat\w*|iui|ivf|transfer"
    r"|retrieval|surgery|operation|laparoscopy|abortion|vaccin\w*|(?:spotting|cramps?|pain|antibiotics?|treatment"
    r"|medication|trying|working) (?:started|began)|started (?:with )?(?:spotting|cramp\w*|pain|antibiotic\w*|tak\w*"
    r"|treatment|medication|provera|pills?|the pill|clomid|letrozole|work\w*|try\w*)|brown|results?|report|email\w*"
    r"|called|phoned|rang|consultation|doctor'?s? visit|saw (?:the )?doctor|visit\w*|paid|period pain|period tracker",
    "booked": rf"(?:{BOOKABLE}(?: \w+)? (?:is|will be|is booked|scheduled|booked|planned|set|due|fixed|has been booked)"
    rf"(?: \w+)?(?: for| on| at)?)|(?:have|having|has|got|get|getting|go for|going for|come for|coming for|do|doing)"
    rf" (?:my |the |a |an )?(?:\w+ )?{BOOKABLE}|booked(?: in)?(?: for)?|scheduled(?: for)?"
    rf"|will (?:have|do|get|undergo) (?:my |the |a |an |it)?(?:{BOOKABLE})?|{BOOKABLE} (?:coming|upcoming)"
    rf"|upcoming {BOOKABLE}|next {BOOKABLE}",
    "done": rf"(?:had|did|underwent|done|got|have had|have done|was|been for|went for|came for|completed|finished)"
    rf" (?:my |the |a |an |this |that )?(?:\w+ )?{BOOKABLE}|{BOOKABLE}(?: \w+)? (?:was|were|done|happened|took place"
    rf"|has been"
    rf"|had been|got done|performed|finished|went|over|completed)(?: done| performed| finished)?",
    "procedure": BOOKABLE,
}
WEAK: dict[Role, str] = {
    "start": rf"(?:last|previous|recent|latest|this|my|the) {BLOOD}(?: date)?(?: was| is| on)*|period|menses|bleeding"
    rf"|bled",
    "done": r"(?:it|mine) was(?: done| performed)?|(?:had|did|got|done) it(?: done)?|it happened|was done",
    "booked": r"it is (?:booked|planned|scheduled)?|it will be|mine is",
}
