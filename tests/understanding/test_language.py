"""Which language a message is in: misspelt English stays English, letters without words keep the language before."""

import json

import pytest

from bot.files import ROOT
from bot.knowledge.shapes import Knowledge
from bot.understanding.language import LanguageFinder, build_language_finder, is_chinese, read_others
from bot.understanding.spelling import build_speller

FOREIGN = {
    "¿Duele la histeroscopia?": "es",
    "Hola, ¿duele la histeroscopia?": "es",
    "¿duele la histeroscopia?": "es",
    "¿cuándo puedo tener relaciones después de la histerosalpingografía?": "es",
    "est-ce que ça fait mal l'hystéroscopie": "fr",
    "Tut die Hysteroskopie sehr weh und wie lange dauert sie?": "de",
    "Когда делать ГСГ?": "ru",
    "子宮鏡検査は痛いですか": "ja",
    "자궁난관조영술 아파요?": "ko",
    "chụp tử cung vòi trứng có đau không": "vi",
    "هل منظار الرحم مؤلم؟": "ar",
    "การส่องกล้องโพรงมดลูกเจ็บไหม": "th",
    "क्या हिस्टेरोस्कोपी में दर्द होता है": "hi",
    "Wann darf ich wieder Sex haben?": "de",
    "tengo sangrado despues de la prueba": "es",
    "j'ai des saignements depuis hier": "fr",
    "quando posso avere rapporti": "it",
    "wanneer mag ik weer seks hebben": "nl",
    "krwawię od wczoraj": "pl",
    "estou grávida, posso fazer?": "pt",
    "dünden beri kanamam var": "tr",
    "скільки коштує обстеження": "uk",
    "tôi bị chảy máu từ hôm qua": "vi",
    "berapa biaya pemeriksaan": "id",
    "بعد از آزمایش خونریزی دارم": "fa",
}
CHINESE = ["我月经干净三天了可以做造影吗", "做完HSG多久能同房", "宫腔镜 day 3 可以吗", "造影 HSG", "疼吗"]
ENGLISH = [
    "does the hsg hurt",
    "wehn do i cum for hystero",
    "my fiancé asks wehn hsg hapens",
    "can i has sex befor hsg pls",
    "wehn can i hav sx aftr hstrscpy",
    "hw mch dos it csts",
    "tubal patency sono hysterosalpingography",
    "hsg day 9?",
    "In China my sister did 造影, here the doctor says HSG, is it the same test?",
    "They give paper 宫腔镜. Is it put through belly or through below? Hurt?",
    "",
    "??",
]


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> LanguageFinder:
    return build_language_finder(build_speller(knowledge))


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_is_told_by_its_letters(text: str, finder: LanguageFinder) -> None:
    assert is_chinese(text)
    assert finder.find(text) == "zh"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_stays_english_however_it_is_spelt(text: str, finder: LanguageFinder) -> None:
    assert finder.find(text) == "en"


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_found(text: str, finder: LanguageFinder) -> None:
    assert finder.find(text) == FOREIGN[text]


@pytest.mark.parametrize("text", ["HSG", "2", "38.5", "?", "痛"])
def test_message_that_does_not_tell_keeps_the_language_before(text: str, finder: LanguageFinder) -> None:
    assert finder.find(text, "zh") == "zh"


def test_english_after_another_language_is_english(finder: LanguageFinder) -> None:
    assert finder.find("thank you", "es") == "en"


@pytest.mark.parametrize("name", ["held_out", "patients", "follow_ups"])
def test_no_english_question_is_taken_for_another_language(name: str, finder: LanguageFinder) -> None:
    lines = (ROOT / "tests" / "nlu" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    inside = [one["text"] for one in map(json.loads, lines) if one.get("scope", "in") == "in"]
    assert len(inside) > 50
    assert [text for text in inside if finder.find(text) != "en"] == []


@pytest.mark.parametrize("code", sorted(read_others()))
def test_sentence_for_another_language_gives_phones_and_the_emergency_number(code: str) -> None:
    sentence = read_others()[code]
    assert "{phones}" in sentence
    assert "{emergency_number}" in sentence


@pytest.mark.parametrize("code", sorted(set(read_others()) - {"en", "zh"}))
def test_sentence_for_another_language_is_in_that_language(code: str, finder: LanguageFinder) -> None:
    text = read_others()[code].format(phones="", emergency_number="")
    assert finder.find(text) == code


@pytest.mark.parametrize("text", ["heavy bleeding", "I fainted", "can't breathe", "high fever"])
def test_short_english_message_in_a_chinese_talk_is_english(text: str, finder: LanguageFinder) -> None:
    assert finder.find(text, "zh") == "en"
