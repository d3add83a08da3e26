"""How much alike two tellings are, from sketches alone; measured on invented matters, and what a sketch gives away."""

from itertools import combinations, pairwise
from random import Random

import pytest

from services.intake.duplicates import STEP, TEXT_FROM
from services.intake.likeness import FEWEST, KEPT, READ, SIZE, likeness, packed, sketch, unpacked
from tests.services.intake.matters import MATTERS, UNKIND

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ALL = [text for told in (*MATTERS.values(), *UNKIND.values()) for pair in told for text in pair]


def made(text, key=KEY):
    found = sketch(text, key)
    assert found is not None
    return found


def pairs(matters):
    """(whether the same matter, how alike) for every two tellings of one category."""
    for told in matters.values():
        flat = [(number, made(text)) for number, pair in enumerate(told) for text in pair]
        for (one, first), (other, second) in combinations(flat, 2):
            yield one == other, likeness(first, second)


def test_every_invented_telling_says_enough_to_be_compared():
    assert len(ALL) == 84
    assert all(sketch(text, KEY) is not None for text in ALL)


def test_the_same_matter_is_more_alike_than_another_one_of_its_category():
    same = sorted(alike for same, alike in pairs(MATTERS) if same)
    other = sorted(alike for same, alike in pairs(MATTERS) if not same)

    assert (len(same), len(other)) == (30, 300)
    assert same[len(same) // 2] > 3 * other[len(other) // 2]
    assert same[2] > other[-3]


def test_a_text_is_wholly_like_itself_whoever_types_it():
    text = "东沟ABC承包地，界石被挪了3米，要求重新丈量清楚，不然没完"
    typed = "东沟ａｂｃ承包地,界石被挪了３米!要求 重新丈量清楚\n不然没完"

    assert likeness(made(text), made(typed)) == 1


@pytest.mark.parametrize("text", ["", "停水了", "我的地", "。，！？" * 50, "的了在是" * 100])
def test_what_says_too_little_is_not_compared(text):
    assert sketch(text, KEY) is None


def test_likeness_is_the_same_from_both_sides_and_between_none_and_all():
    for one, other in combinations(ALL[::3], 2):
        alike = likeness(made(one), made(other))

        assert alike == likeness(made(other), made(one))
        assert 0 <= alike <= 1


def test_a_sketch_under_another_key_has_nothing_in_common():
    for text in ALL[:10]:
        assert likeness(made(text), made(text, OTHER_KEY)) < 0.05


def test_every_sketch_has_the_same_size_and_comes_back_as_it_was():
    for text in (ALL[0], "".join(ALL)):
        assert len(packed(made(text))) == SIZE
        assert unpacked(packed(made(text))) == made(text)


def test_of_a_long_text_a_fair_sample_is_kept():
    random = Random(7)
    signs = [chr(one) for one in range(0x4E00, 0x4E00 + 2000)]
    exact, told = [], []
    for share in (0.2, 0.4, 0.6, 0.8):
        common = "".join(random.choices(signs, k=int(READ * share)))
        texts = [common + "".join(random.choices(signs, k=READ - len(common))) for _ in range(2)]
        features = [{*text} | {a + b for a, b in pairwise(text)} for text in texts]
        exact.append(len(features[0] & features[1]) / min(map(len, features)))
        told.append(likeness(*map(made, texts)))

    assert all(len(made(text).hashes) == KEPT for text in texts)
    assert all(abs(one - other) < 0.12 for one, other in zip(exact, told, strict=True))


def test_only_the_beginning_of_a_very_long_text_is_read():
    beginning = "".join(chr(0x4E00 + at) for at in range(READ))

    assert made(beginning + ALL[0] * 10) == made(beginning)


def test_a_short_text_is_not_like_every_long_one():
    long = "".join(text for pair in MATTERS["land"] + MATTERS["labour"] for text in pair)
    short = "楼上那家养的狗半夜叫，一家人睡不好"

    assert made(short).features >= FEWEST
    assert likeness(made(short), made(long)) < 0.22


SPELT = {
    "Uyghur": [
        (
            "قوشنام توپى بىلەن ئېرىق سۈيىنى توسۇۋالدى، ئېتىزلىقىم قۇرۇپ كەتتى، تېزراق ھەل قىلىپ بەرسەڭلار",
            "قوشنام ئېرىق سۈيىنى توپا بىلەن توسۇۋالغان، ئېتىزلىقىمغا سۇ كەلمىدى، قۇرۇپ كەتتى",
        ),
        (
            "ئوغلۇم زاۋۇتتا ئۈچ ئاي ئىشلىدى، خوجايىن مائاشىنى بەرمىدى، تېلېفوننىمۇ ئالمايۋاتىدۇ",
            "زاۋۇتتا ئوغلۇم ئۈچ ئاي ئىشلىگەن، خوجايىنى مائاش بەرمەيۋاتىدۇ",
        ),
        (
            "يېزىمىزنىڭ يولى بۇزۇلۇپ كەتتى، كېچىدە چىراغ يوق، بالىلار مەكتەپكە بارالمايۋاتىدۇ",
            "يېزىنىڭ يولى بۇزۇلغان، كېچىسى چىراغ يوق، بالىلار مەكتەپكە بېرىشقا قىينىلىۋاتىدۇ",
        ),
    ],
    "Tibetan": [
        (
            "ང་ཚོའི་གྲོང་ཚོའི་ཆུ་ཁ་བཀག་ནས་ཞིང་ལ་ཆུ་གཏོང་ཐབས་མི་འདུག །ཁྱིམ་མཚེས་དང་རྩོད་པ་བྱུང་།",
            "གྲོང་ཚོའི་ཆུ་ཁ་ཁྱིམ་མཚེས་ཀྱིས་བཀག་སྟེ་ཞིང་ལ་ཆུ་མི་འབབ། རྩོད་པ་ཆེན་པོ་བྱུང་།",
        ),
        (
            "ངའི་བུ་བཟོ་གྲྭ་ལ་ཟླ་བ་གསུམ་ལས་ཀ་བྱས་ཀྱང་གླ་ཆ་མ་སྤྲད། བདག་པོས་ཁ་པར་ཡང་མི་ལེན།",
            "བཟོ་གྲྭའི་བདག་པོས་ངའི་བུ་ལ་ཟླ་བ་གསུམ་གྱི་གླ་ཆ་མ་སྤྲད།",
        ),
        (
            "གྲོང་ཚོའི་ལམ་ཆག་སྐྱོན་བྱུང་། མཚན་མོ་གློག་མེད། ཕྲུ་གུ་སློབ་གྲྭར་འགྲོ་མི་ཐུབ།",
            "ང་ཚོའི་གྲོང་ཚོའི་ལམ་ཆག་སོང་། མཚན་མོར་གློག་མེད་པས་ཕྲུ་གུ་སློབ་གྲྭར་འགྲོ་མི་ཐུབ།",
        ),
    ],
}


@pytest.mark.parametrize("language", SPELT)
def test_matters_told_with_an_alphabet_are_not_alike_because_they_share_its_letters(language):
    alike = list(pairs({language: SPELT[language]}))

    assert max(share for same, share in alike if not same) < TEXT_FROM * STEP
    assert min(share for same, share in alike if same) >= TEXT_FROM * STEP
