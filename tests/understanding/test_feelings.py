"""The feelings that a message tells, which change the tone of a reply, and words that are no feeling."""

import pytest

from bot.knowledge.shapes import Knowledge
from bot.understanding.names import NameFinder, build_name_finder, conditions_of, phase_of, procedures_of

AFRAID = [
    "I am scared",
    "im so nervous about tomorrow",
    "Is it normal to be scared?",
    "I am really anxious",
    "terified of the pain",
    "panicking about the hsg",
    "I'm dreading it",
    "freaking out here",
    "worried sick",
    "i cant sleep because of the test",
    "I can't stop panicking",
    "petrified of the procedure",
    "i'm afraid it will hurt",
    "my wife is very nervous",
    "I keep having panic attacks",
    "scared to death",
    "why am I so frightened",
    "I am scared of the HSG, can I say stop?",
    "I'm not brave, I'm scared",
]
PAST_TRAUMA = [
    "I was sexually abused",
    "I was raped",
    "i was assaulted when I was young",
    "I had a traumatic birth",
    "my last smear was traumatic",
    "birth trauma",
    "I have PTSD",
    "I was molested as a child",
    "something happened to me when I was younger",
    "someone hurt me when I was a child",
    "what he did to me makes this hard",
    "a bad experience with a smear test",
    "I was forced once and cannot relax",
    "things in my past make it hard",
    "I hate being touched down there",
    "I'm a survivor of sexual abuse",
]
PAIN_STORY = [
    "my friend said it was agony",
    "I read that it is very painful",
    "I've heard horror stories",
    "My sister said it was the worst pain of her life",
    "a forum said women scream",
    "everyone says it hurts",
    "my friend told me it was awful",
    "heard it's really painful",
    "people on the internet say it hurts like hell",
    "on reddit they say it is torture",
    "all my friends say it's hell",
    "my cousin screamed during hers",
    "I read so many horror stories online",
    "is it as bad as people say",
    "My friend said the HSG was excruciating",
    "read that it hurts a lot",
]
DISAPPOINTED = [
    "I'm gutted",
    "devastated by my result",
    "both tubes blocked, im devestated",
    "I am heartbroken",
    "I've been crying since the result",
    "I can't stop crying",
    "I lost all hope",
    "no hope left",
    "it was bad news",
    "so sad about the result",
    "im so disappointed",
    "I am very upset about the report",
    "my heart is broken",
    "i feel hopeless",
    "we are crushed",
    "in tears after the phone call",
]
FEELINGS = {"afraid": AFRAID, "past_trauma": PAST_TRAUMA, "pain_story": PAIN_STORY, "disappointed": DISAPPOINTED}
NO_FEELING = [
    "hello",
    "I am not scared",
    "i'm not nervous",
    "don't be scared",
    "please do not panic",
    "I'm afraid I missed my appointment",
    "I am afraid I can't come on Monday",
    "i'm afraid I have to cancel",
    "I'm afraid not",
    "scar tissue",
    "is it safe?",
    "how long does it take",
    "does it hurt?",
    "is the HSG painful",
    "it hurts",
    "how much does a hysteroscopy hurt",
    "my friend said oil is better",
    "I read the leaflet",
    "a forum said drink water",
    "my friend had an hsg",
    "the doctor said it is short",
    "I had a caesarean",
    "is there a risk",
    "dramatic",
    "I was never abused",
    "I am a cancer survivor",
    "I am happy with the result",
    "good news",
    "I am not sad",
    "I am not disappointed",
    "what does the result mean",
    "I hope it works",
    "bleeding since the test",
]


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


@pytest.mark.parametrize(("feeling", "text"), [(name, text) for name, texts in FEELINGS.items() for text in texts])
def test_text_tells_a_feeling(finder: NameFinder, feeling: str, text: str) -> None:
    assert feeling in conditions_of(finder.find(text))


@pytest.mark.parametrize("text", NO_FEELING)
def test_text_without_a_feeling_tells_none(finder: NameFinder, text: str) -> None:
    assert conditions_of(finder.find(text)).isdisjoint(FEELINGS)


@pytest.mark.parametrize(
    ("text", "feelings"),
    [
        ("my friend said it was agony and I am terrified", {"pain_story", "afraid"}),
        ("I was abused, I'm scared of the speculum", {"past_trauma", "afraid"}),
        ("gutted, and afraid to try again", {"disappointed", "afraid"}),
        ("I am nervous. My tubes are blocked and I am devastated", {"afraid", "disappointed"}),
    ],
)
def test_text_tells_several_feelings(finder: NameFinder, text: str, feelings: set[str]) -> None:
    assert conditions_of(finder.find(text)) & FEELINGS.keys() == feelings


def test_feeling_holds_for_one_message_only(knowledge: Knowledge) -> None:
    assert [entry.id for entry in knowledge.conditions if entry.id in FEELINGS and entry.lasts] == []


def test_feeling_has_many_phrases(knowledge: Knowledge) -> None:
    phrases = {entry.id: entry.phrases for entry in knowledge.conditions}
    assert [name for name in FEELINGS if not 25 <= len(phrases[name]) <= 80] == []


@pytest.mark.parametrize("feeling", FEELINGS)
def test_feeling_alone_names_no_procedure_and_tells_not_where_she_stands(
    finder: NameFinder, knowledge: Knowledge, feeling: str
) -> None:
    (label,) = [entry.label for entry in knowledge.conditions if entry.id == feeling]
    mentions = finder.find(label)
    assert (procedures_of(mentions), phase_of(mentions)) == ((), None)
