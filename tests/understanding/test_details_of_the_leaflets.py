"""The details that leaflets answer by themselves: what a message says of them, and what must not be taken for one."""

import pytest

from bot.knowledge.shapes import Knowledge
from bot.question import Procedure
from bot.understanding.names import (
    NameFinder,
    build_name_finder,
    conditions_of,
    denied_conditions_of,
    phase_of,
    procedures_of,
)


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


# Sentences of one detail are parted by " / ".
DETAILS = {
    "overweight": "my BMI is 36 / I am overweight / bmi 41 here, will the table hold me / im over weight and scared"
    " / they told me to lose weight first / is there a weight limit for the hsg table",
    "metformin": "I take metformin / metforimin and hsg, ok? / I'm diabetic and take glucophage / my diabetes meds"
    " / I use Metformin for PCOS, is contrast safe?",
    "blood_thinners": "I take blood thinners / i am on warfarin / Can I keep taking my Aspirin / bloodthinners and hsg?"
    " / I inject heparin daily / my medicine thins the blood",
    "shellfish_allergy": "I am allergic to shellfish / seafood alergy, is the dye safe / i get a rash from shrimp"
    " / I can't eat crab, I get hives / a reaction to lobster",
    "asthma_or_allergies": "I have asthma / many allergies / astma since childhood / I use an inhaler"
    " / my allergies are bad / allergic to latex",
    "recent_pregnancy_end": "recent miscarriage / I gave birth recently / recent D&C / i just miscarried"
    " / we lost our baby in March / my baby is 3 months old / i had an abortion 2 months ago",
    "iud": "I have a coil / I have an IUD / i have the mirena in / my iud is still in / the strings of my coil",
    "vaginal_medicine": "progesterone pessaries / can I use vaginal cream / may I douche the night before"
    " / am using a pessery / do i stop the crinone gel",
    "no_periods": "I have no periods / I don't get periods / i havent had a period for 8 months / I have amenorrhea"
    " / my periods stopped two years ago",
    "sedation": "can I have sedation / will they give me a sedative / twilight sleep / something to calm me down before"
    " / can i take a valium beforehand",
    "positive_pregnancy_test": "my pregnancy test is positive / i got a positive pregnancy test / BFP!!"
    " / tested positive this morning / I am 5 weeks pregnant / my hcg is positive / two lines on my pregnancy test",
    "late_in_cycle": "I am on day 13 / is day 12 too late / too late in my cycle / Is cd 15 too late"
    " / I already ovulated / they only have a slot on day 17",
    "condom": "with a condom / condoms / sex with condum before the test / protected sex allowed? / he wore a condom",
    "had_sex": "we had sex yesterday / we already had sex / I had sex on day 9 / we made love 2 days ago"
    " / we dtd on Sunday / the condom broke",
    "treated_in_womb": "they removed a polyp / my polyp was removed / I had a septum cut / had my adhesions removed"
    " / a fibroid was taken out / i had my polyp removed yesterday",
    "ivf_planned": "before IVF / we are going to do IVF / planning icsi next month / hysteroscopy before the transfer"
    " / we start ivf in march",
    "flying": "can I fly / my flight is tomorrow / I have a flite on friday / is a plane ok / air travel after it?",
    "shoulder_pain": "shoulder pain / my shoulder hurts / my sholder is sore / pain in both shoulders / shoulder tip",
    "interpreter": "I need an interpreter / can someone translate / my english is not good / I don't speak Chinese",
    "access_needs": "I use a wheelchair / I have a disability / I am deaf / is there a lift in the building"
    " / do you have step free access",
    "partner_inside": "can my husband come in / can my partner be in the room / is my hubby allowed in the room"
    " / can he come in with me / can my wife come in with me / can my mum be with me",
    "female_staff": "I want a female doctor / I don't want a male doctor / can a woman do the test / lady doctor please"
    " / is the doctor a man or a woman",
    "hydrosalpinx": "hydrosalpinx / hidrosalpinx / my right tube is dilated / fluid in my tube / tubes full of fluid",
    "block_near_womb": "blocked near the womb / I have a proximal block / cornual block / blocked close to the uterus"
    " / proximal occlusion",
    "biopsy": "will they take a biopsy / is a byopsy normal / they took a tissue sample / took a sample of the lining",
    "misoprostol": "I got misoprostol / should I take cytotec / cytotek at night / tablets to soften the cervix",
    "painful_smears": "smears hurt me / smear tests are painful / vaginismus / I have never given birth"
    " / Pap smears are agony for me / internal exams hurt a lot",
    "hycosy": "HyCoSy / hyfosy / foam test / hycosi / is the foam better / an ultrasound of the tubes",
    "both_same_month": "both in the same month / HSG and hysteroscopy in the same cycle / both tests this month"
    " / can I have the hysteroscopy in the same month as the HSG",
    "insurance": "does my insurance pay / insurence covers? / do you take Bupa / can I claim it back",
    "rescheduling": "I need to reschedule / can I cancel my appointment / move my appointment / can I postpone the hsg"
    " / I can't come on Tuesday",
    "weekend": "weekend / can I come on Saturday / holiday appointment possible / are you open on sundays"
    " / are you open on bank holidays",
    "opening_hours": "opening hours / what time do you open / when does the clinic close / are you open today",
    "someone_else_collects": "can my husband collect the report / pick up the report for me / can you send it by post"
    " / can I get the report online / could my sister pick up the film",
    "sick_note": "I need a sick note / sick leave / do you give a doctor's note / a letter for my employer / sicknote?",
    "wants_pictures": "can I see the pictures / can I have a copy of the images / can i watch on the screen"
    " / will I get the films",
    "shower": "can I shower after / may I take a shower / shawer allowed? / can I wash myself",
    "swimming": "can I swim / swimming pool after hsg / swiming / is the sea ok / can i go in the pool",
    "tampons": "can I use tampons / tampon after hsg / tampoons / a menstrual cup",
    "antibiotic_allergy": "I am allergic to penicillin / allergic to antibiotics / alergic to penicilin"
    " / doxycycline makes me sick / cannot take doxycycline",
    "waiting_list": "how long is the waiting list / how long is the wait / how soon can I have the hsg / waitlist?"
    " / do I wait long for an appointment",
}
NOT_DETAILS = {
    "overweight": "my bmi is 22 / I am not overweight / my husband is overweight",
    "metformin": "my husband takes metformin / I don't take metformin / I met my doctor",
    "blood_thinners": "I don't take blood thinners / blood test before hsg / my lining is thin",
    "shellfish_allergy": "can I eat fish before the test / not allergic to seafood / my husband is allergic to crab",
    "asthma_or_allergies": "no allergies / I don't have asthma / can the dye cause an allergy",
    "recent_pregnancy_end": "what is the risk of miscarriage / I had a miscarriage ten years ago / I never gave birth",
    "iud": "I don't have a coil / I had my coil out in march / a piece of my coil is left",
    "vaginal_medicine": "vaginal bleeding / sun cream / do they go through the vagina",
    "no_periods": "my periods are regular / my period is late / no pain with my period",
    "sedation": "I don't want sedation / I will be awake / is it done under general anaesthetic",
    "positive_pregnancy_test": "my pregnancy test is negative / do I need a pregnancy test / my swab is positive",
    "late_in_cycle": "I am on day 3 / is day 8 ok / I will be late for my appointment",
    "condom": "without a condom / we did not use a condom / protection from x-rays",
    "had_sex": "can we have sex / when can we have sex again / we did not have sex / does sex hurt after",
    "treated_in_womb": "can my polyp be removed / they found a polyp / my friend had her polyps removed"
    " / I had a fibroid removed 5 years ago / will they cut the septum",
    "ivf_planned": "IVF / do I need ivf / my IVF failed / how much is ivf",
    "flying": "can I drive / how time flies / can I travel by train",
    "interpreter": "what does the report mean / can I speak to a doctor",
    "access_needs": "can I lift heavy things / can I climb stairs after / I can not walk after the test",
    "partner_inside": "can my husband drive me / can my husband stay in the waiting room / who is in the room",
    "female_staff": "who does the hsg / male factor infertility / can a woman get pregnant after",
    "hydrosalpinx": "my tube is blocked / my belly is swollen / is there fluid in the womb",
    "block_near_womb": "my tube is blocked / distal block / blocked at the far end",
    "biopsy": "a blood sample / no biopsy was taken / sperm sample",
    "misoprostol": "soft food / what tablets do I take / no misoprostol",
    "painful_smears": "my smear was normal / does the hsg hurt / I have two children",
    "hycosy": "what is an HSG / ultrasound of my ovaries",
    "both_same_month": "both tubes are blocked / can we try in the same month / HSG or hysteroscopy",
    "insurance": "how much does it cost / I want to make sure",
    "rescheduling": "I have my appointment on friday / how do I book / change my diet",
    "weekend": "I had it on saturday / my period started on sunday / at the end of the week",
    "opening_hours": "are my tubes open / how many hours does it take / at what time do I come",
    "someone_else_collects": "where do I collect the report / when is the report ready / can I book online",
    "sick_note": "I feel sick / can I go to work / I am sick of waiting",
    "wants_pictures": "how many pictures are taken / films from another hospital / do they take x-rays",
    "shower": "baby shower / can I have a bath",
    "swimming": "his sperm swims badly / seafood / can I drink water",
    "tampons": "do I use pads / how much bleeding is normal",
    "antibiotic_allergy": "do I need antibiotics / not allergic to penicillin / my husband is allergic to penicillin",
    "waiting_list": "how long do I wait to have sex / in the waiting room / the two week wait",
}
LASTING = {
    "overweight",
    "metformin",
    "blood_thinners",
    "shellfish_allergy",
    "asthma_or_allergies",
    "recent_pregnancy_end",
    "iud",
    "no_periods",
    "sedation",
    "positive_pregnancy_test",
    "treated_in_womb",
    "ivf_planned",
    "hydrosalpinx",
    "block_near_womb",
    "painful_smears",
    "antibiotic_allergy",
}


def _each(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table.items() for text in texts.split(" / ")]


@pytest.mark.parametrize(("name", "text"), _each(DETAILS))
def test_text_tells_a_detail(finder: NameFinder, name: str, text: str) -> None:
    assert name in conditions_of(finder.find(text))


@pytest.mark.parametrize(("name", "text"), _each(NOT_DETAILS))
def test_text_about_something_else_tells_no_such_detail(finder: NameFinder, name: str, text: str) -> None:
    assert name not in conditions_of(finder.find(text))


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("they removed two polyps", {"past_womb_surgery", "treated_in_womb"}),
        ("my pregnancy test is positive", {"pregnancy_possible", "positive_pregnancy_test"}),
        ("a proximal block", {"tube_part", "block_near_womb"}),
        ("I have a swollen tube", {"tubal_factor", "hydrosalpinx"}),
        ("had a d&c last month", {"past_womb_surgery", "recent_pregnancy_end"}),
        ("allergic to penicillin, and a prawn allergy", {"antibiotic_allergy", "shellfish_allergy"}),
        ("I have a shellfish allergy", {"shellfish_allergy"}),
        ("a piece of my iud is left", {"foreign_body"}),
    ],
)
def test_text_tells_all_that_it_says_and_no_more(finder: NameFinder, text: str, conditions: set[str]) -> None:
    assert conditions_of(finder.find(text)) == conditions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I am not overweight", "overweight"),
        ("my bmi is 22", "overweight"),
        ("I don't take metformin", "metformin"),
        ("I am not taking any blood thinners", "blood_thinners"),
        ("i am not allergic to shellfish", "shellfish_allergy"),
        ("I have no coil", "iud"),
        ("my pregnancy test was negative", "positive_pregnancy_test"),
        ("I am not allergic to penicillin", "antibiotic_allergy"),
    ],
)
def test_text_denies_a_detail(finder: NameFinder, text: str, name: str) -> None:
    assert name in denied_conditions_of(finder.find(text))


def test_details_that_stay_so_for_weeks_last(knowledge: Knowledge) -> None:
    lasts = {entry.id: entry.lasts for entry in knowledge.conditions}
    assert {name for name in DETAILS if lasts[name]} == LASTING


def test_detail_has_many_phrases(knowledge: Knowledge) -> None:
    phrases = {entry.id: entry.phrases for entry in knowledge.conditions}
    assert [name for name in DETAILS if not 25 <= len(phrases[name]) <= 80] == []


@pytest.mark.parametrize(("text", "named"), [("HyCoSy", (Procedure.HSG,)), ("hydrosalpinx", ())])
def test_detail_names_a_procedure_only_where_it_is_one(
    finder: NameFinder, text: str, named: tuple[Procedure, ...]
) -> None:
    assert procedures_of(finder.find(text)) == named


def test_no_detail_alone_tells_where_she_stands(finder: NameFinder, knowledge: Knowledge) -> None:
    labels = [entry.label for entry in knowledge.conditions if entry.id in DETAILS]
    assert [label for label in labels if phase_of(finder.find(label))] == []
