"""Spelling: a misspelt word becomes the right one; a word of English, of the table, of another language stays."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.files import DATA, read_yaml
from bot.knowledge.shapes import Knowledge
from bot.knowledge.words import listed_words, prose_words
from bot.understanding.english import English, read_english
from bot.understanding.spelling import CACHED_WORDS, Speller, build_speller
from bot.understanding.views import Edit


@pytest.fixture(scope="module")
def speller(knowledge: Knowledge) -> Speller:
    return build_speller(knowledge)


@pytest.fixture(scope="module")
def english() -> English:
    return read_english()


MISSPELT = {
    # the procedures
    "histroscopy": "hysteroscopy",
    "hysterscopy": "hysteroscopy",
    "histeroscopy": "hysteroscopy",
    "hystroscopy": "hysteroscopy",
    "hysteriscopy": "hysteroscopy",
    "hysterocopy": "hysteroscopy",
    "hystosalpingogram": "hysterosalpingogram",
    "histerosalpingogram": "hysterosalpingogram",
    "hysterosalpinogram": "hysterosalpingogram",
    "hysterosalpingograhy": "hysterosalpingography",
    # medicines
    "ibuprofin": "ibuprofen",
    "ibuprophen": "ibuprofen",
    "paracetomol": "paracetamol",
    "paracetmol": "paracetamol",
    "antibotics": "antibiotics",
    "antibiotcs": "antibiotics",
    "doxycyclin": "doxycycline",
    "doxicycline": "doxycycline",
    "naproxin": "naproxen",
    "levothyroxin": "levothyroxine",
    "lipidol": "lipiodol",
    "betadin": "betadine",
    "painkilers": "painkillers",
    # what she feels and fears
    "spoting": "spotting",
    "bleding": "bleeding",
    "bleedin": "bleeding",
    "crampps": "cramps",
    "dischage": "discharge",
    "infecton": "infection",
    "feaver": "fever",
    "alergic": "allergic",
    "pregnent": "pregnant",
    "pregnacy": "pregnancy",
    "miscarrage": "miscarriage",
    "peroid": "period",
    # the body and its diseases
    "utrus": "uterus",
    "cervixx": "cervix",
    "vaginaal": "vaginal",
    "falopian": "fallopian",
    "thyriod": "thyroid",
    "fibriods": "fibroids",
    "pollyps": "polyps",
    "endometrosis": "endometriosis",
    "adhesons": "adhesions",
    "chlamidia": "chlamydia",
    # how it is done
    "anasthetic": "anaesthetic",
    "anesthetc": "anesthetic",
    "cathater": "catheter",
    "speculem": "speculum",
    "contarst": "contrast",
    "iodin": "iodine",
    "radiaton": "radiation",
    "ultrasond": "ultrasound",
    "camra": "camera",
    "procedre": "procedure",
    "apointment": "appointment",
    "laproscopy": "laparoscopy",
    # around it
    "docter": "doctor",
    "hosptial": "hospital",
    "becuase": "because",
    "tommorow": "tomorrow",
    "husbnad": "husband",
}


@pytest.mark.parametrize(("wrong", "right"), MISSPELT.items())
def test_misspelt_word_becomes_the_right_one(speller: Speller, wrong: str, right: str) -> None:
    assert speller.correct(f"is {wrong} normal?") == f"is {right} normal?"


LEFT_ALONE = [
    # English words near to words of the table
    "her medical history is a mystery",
    "the contract was a contact sport",
    "bath, bathe, path and both",
    "blending, breeding and bleating",
    "sporting, spitting and spouting",
    "an injection is no infection",
    "a hysterectomy is not a hysteroscopy",
    "hysterical, historic, hydroponic, stethoscopic",
    "cramp, clamp, tramp, crumb",
    "tubal, tuber, tubular",
    "political polls, pulps and polyps",
    "the plastic catheter and the Cather novel",
    "periodic, periodical, perils",
    "a diet, a dyer, a dying day",
    "utterly utilitarian",
    "doctoral students of cervical cancer",
    "I shouldn't and wouldn't, so I can't",
    "he was a patent lawyer, patently",
    "pelican, pelvic, elvish",
    "the fertile soil, infertile, fertiliser",
    # both spellings of English
    "colour and color, centre and center, labour and labor",
    "a gynaecologist, a gynecologist, an anesthesiologist, an anaesthetist",
    "tumour, tumor, oestrogen, estrogen, diarrhoea, diarrhea",
    "goitre, goiter, gonorrhoea, gonorrhea, haemorrhage, hemorrhage",
    "neighbor, neighbour, milliliters, millilitres",
    # other medical words, which mean something else
    "endometritis and endometriosis",
    "salpingostomy or salpingectomy",
    "bacterial vaginosis, vaginitis",
    "myasthenia gravis, not Graves",
    "chorionic villi, chronic pain",
    "a retroverted womb",
    "hypothyroidism and hyperthyroidism",
    "my implanon was taken out",
    "the hysteroscopist and the sonographer",
    "an anaphylactic shock, anaphylaxis",
    "ectopics, myomas, fibromas",
    "colposcopy, colonoscopy, cystoscopy, laparoscopy, laparotomy",
    "hydrosalpinx and hydrosalpinges",
    "adenomyosis, adhesiolysis, intermenstrual",
    # what the table itself lists, and slang
    "hysto or histo or hystero",
    "a hycosy, a hyfosy, an hssg",
    "preggers, endo, tmrw, tomoz",
    "dunno, gonna, wanna, kinda, lemme",
    "hasnt, doesnt, shouldnt, wouldnt, couldnt, theres, thats, whats",
    "yayyyy omggg lolll hmmmm",
    "my gynae said the scan's fine tbh",
    "TTC, IVF, IUI, AMH, PCOS, DPO",
    "a thyroid'd mess, the polyp'll go",
    # names
    "Dr Reddy and Dr Healy at Homerton",
    "I live in Worthing, near Wanning",
    "Mrs Tripp, Mr Hearn, Ms Shafer",
    "I wrote on LinkedIn and WhatsApp",
    "Montréal, Kraków and São Paulo",
    "Shanghai, Shenzhen, Zhejiang",
    # numbers, addresses, anything else
    "histroscopy2 bleding3 4spoting x_bleding",
    "jane.histroscopy@clinic.org",
    "spoting@bleding.com, www.histroscopy.com/bleding",
    "https://clinic.example/histroscopy?bleding=1",
    "histroscopy.pdf",
    "20/11/2026 10:30, 38.5 °C, 10 mg, 1,000 ml",
    "",
    "   \n\t ",
    "?!... :-) \U0001f62d",
    "blee, spot, hyst, wmb, cam",
    "x" * 10_000,
    "asdfghjkl qwertyuiop zxcvbnm",
    # other languages
    "tengo infeccion despues de la histeroscopia",
    "cuanto cuesta la histerosalpingografia con anestesia?",
    "me duele mucho despues del examen, es normal la hemorragia?",
    "Est-ce que je dois prendre des antibiotiques avant la procedure?",
    "combien coute une hysteroscopie a la clinique?",
    "hystéroscopie",
    "was kostet eine hysteroskopie ohne versicherung",
    "wie lange dauert die untersuchung und brauche ich eine narkose?",
    "quanto custa o exame de contraste das trompas?",
    "dopo isteroscopia posso fare il bagno?",
    "magkano po ang hysteroscopy at masakit ba?",
    "berapa biaya hsg dan apakah sakit?",
    "hur lange varar en hysteroskopi och gor det ont?",
    "ile kosztuje histeroskopia w waszej klinice?",
    "гистероскопия болезненна?",
    "宫腔镜检查疼吗?",
]


@pytest.mark.parametrize("text", LEFT_ALONE, ids=lambda text: text[:40])
def test_text_without_a_misspelt_word_stays_as_it_is(speller: Speller, text: str) -> None:
    assert speller.corrections(text) == []
    assert speller.correct(text) == text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Histroscopy", "Hysteroscopy"),
        ("HISTROSCOPY!!", "HYSTEROSCOPY!!"),
        ("my Histroscopy on  Monday", "my Hysteroscopy on  Monday"),
        ("  histroscopy\n\n(bleding),spoting…", "  hysteroscopy\n\n(bleeding),spotting…"),
        ("bleding/spoting", "bleeding/spotting"),
        ("pain-releif and bleding-free", "pain-relief and bleeding-free"),
        ("'bleding' \u2019bleding\u2019", "'bleeding' \u2019bleeding\u2019"),
        ("bleding.Is it ok? bleding. Is it", "bleding.Is it ok? bleeding. Is it"),
        ("write to me@x.org about histroscopy", "write to me@x.org about hysteroscopy"),
        ("bleding and spoting and bleding", "bleeding and spotting and bleeding"),
        ("\U0001f62d bleding \u5bab spoting", "\U0001f62d bleeding \u5bab spotting"),
        ("i had utrogestan, bleding", "i had utrogestan, bleeding"),
    ],
)
def test_all_else_of_a_text_stays_as_it_is(speller: Speller, text: str, right: str) -> None:
    assert speller.correct(text) == right


def test_correction_tells_where_the_wrong_word_stands(speller: Speller) -> None:
    text = "After a Hystroscopy, spoting?"
    assert speller.corrections(text) == [Edit(8, 19, "Hysteroscopy"), Edit(21, 28, "spotting")]
    assert [text[found.start : found.end] for found in speller.corrections(text)] == ["Hystroscopy", "spoting"]


@pytest.mark.parametrize("word", ["bledinggg", "bxexdxg", "hystrscpy", "ibprfn", "lleding"])
def test_word_too_far_from_any_stays_as_it_is(speller: Speller, word: str) -> None:
    assert speller.nearest(word) is None


def test_word_as_near_to_two_right_ones_stays_as_it_is(speller: Speller) -> None:
    assert speller.nearest("coulnt") is None, "count or couldnt"
    assert speller.nearest("partialy") is None, "partial or partially"


def test_british_and_american_spelling_of_a_word_are_not_two(speller: Speller) -> None:
    assert speller.nearest("anasthetic") == "anaesthetic"


def test_word_nearer_to_a_common_english_word_never_becomes_a_farther_one(speller: Speller) -> None:
    assert speller.nearest("instuctions") in {None, "instructions"}, "not infections"
    assert speller.nearest("connction") in {None, "connection"}, "not conception"


# What the table and the lists hold


def test_every_word_of_the_table_s_prose_is_known(speller: Speller, knowledge: Knowledge) -> None:
    words = prose_words(knowledge)
    assert len(words) > 800
    assert words - speller.known == set()


def test_every_listed_word_stays_or_becomes_a_word_of_its_own_entry(speller: Speller, knowledge: Knowledge) -> None:
    listed = listed_words(knowledge)
    assert len(listed) > 20
    assert [
        (word, speller.correct(word)) for words in listed for word in words if speller.correct(word) not in words
    ] == []


def test_every_medical_word_is_known(speller: Speller) -> None:
    words = read_yaml(DATA / "words.yml")["words"]
    assert set(words) - speller.known == set()


def test_medical_words_are_listed_once_in_order_and_in_small_letters() -> None:
    words = read_yaml(DATA / "words.yml")["words"]
    assert words == sorted(set(words))
    assert [word for word in words if not re.fullmatch(r"[a-z]{5,25}", word)] == []


def test_words_of_another_file_are_right_too(knowledge: Knowledge, tmp_path: Path) -> None:
    file = tmp_path / "words.yml"
    file.write_text("words: [zygomatic]\n", encoding="utf-8")
    assert build_speller(knowledge, file).correct("zygomattic") == "zygomatic"


@pytest.mark.parametrize("word", ["colour", "color", "anesthesia", "anaesthesia", "doesn't", "shanghai", "texted"])
def test_english_holds_both_spellings(english: English, word: str) -> None:
    assert word in english.words


def test_english_tells_common_words_and_contractions(english: English) -> None:
    assert english.common[0] == "the"
    assert {"doesnt", "thats", "ive"} <= english.contractions
    assert set(english.common) < english.words


# Any text

pieces = st.sampled_from([*MISSPELT, "Histroscopy", "BLEDING", "the", "is", "@", ".", "'", "/", " ", "  ", "\n", "5"])
messages = (
    st.text(max_size=60) | st.lists(pieces, max_size=12).map(" ".join) | st.lists(pieces, max_size=12).map("".join)
)


@settings(deadline=None)
@given(data=st.data())
def test_text_of_english_words_stays_as_it_is(speller: Speller, english: English, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(sorted(english.words)), max_size=12))
    write = data.draw(st.sampled_from([str.lower, str.upper, str.capitalize]))
    text = " ".join(write(word) for word in words)
    assert speller.correct(text) == text


@settings(deadline=None)
@given(text=messages)
def test_corrected_text_needs_no_correction(speller: Speller, text: str) -> None:
    corrected = speller.correct(text)
    assert speller.correct(corrected) == corrected


@settings(deadline=None)
@given(text=messages)
def test_correcting_changes_letters_of_words_alone(speller: Speller, text: str) -> None:
    assert re.sub("[A-Za-z]+", "", speller.correct(text)) == re.sub("[A-Za-z]+", "", text)


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "x@" * 50_000, "a-" * 50_000, "bleding " * 5_000, "./" * 50_000], ids=lambda text: text[:8]
)
def test_long_text_is_read(speller: Speller, text: str) -> None:
    assert len(speller.corrections(text)) == text.count("bleding")


def test_nearest_words_are_remembered_only_so_many(speller: Speller) -> None:
    assert speller.nearest.cache_info().maxsize == CACHED_WORDS  # type: ignore[attr-defined]
