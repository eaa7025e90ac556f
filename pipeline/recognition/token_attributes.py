"""What is seen of a token in its place: section, line, neighbours, lexicon terms over it."""

from collections import Counter
from collections.abc import Sequence

from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import folded

_BULLETS = frozenset("-•*–·")
_DENIALS = frozenset(("no", "without", "denies", "denied", "not", "negative", "absence", "absent"))
_FAR = 8
_EDGE = "|"


def token_attributes(view: TokenView) -> list[list[str]]:
    """Describe each token of a view by attributes that depend on its place."""
    forms = [folded(word) for word in view.words]
    attributes = [_place(view, forms, i) for i in range(len(forms))]
    _add_lines(view, attributes)
    _add_denials(view, forms, attributes)
    _add_echoes(view, forms, attributes)
    _add_lexicon(view, attributes)
    return attributes


def _place(view: TokenView, forms: Sequence[str], i: int) -> list[str]:
    section, form = view.sections[i], forms[i]
    before, before2 = _neighbour(view, forms, i, -1), _neighbour(view, forms, i, -2)
    after, after2 = _neighbour(view, forms, i, 1), _neighbour(view, forms, i, 2)
    found = [
        "bias",
        "sec=" + section,
        f"sw={section}|{form}",
        f"b-={before}|{form}",
        f"b+={form}|{after}",
        f"sk={before}|{after}",
        f"b--={before2}|{before}",
        f"b++={after}|{after2}",
    ]
    if before == _EDGE:
        found.append("first")
    return found


def _neighbour(view: TokenView, forms: Sequence[str], i: int, step: int) -> str:
    j = i + step
    inside = 0 <= j < len(forms) and view.sentences[j] == view.sentences[i]
    return forms[j] if inside else _EDGE


def _add_lines(view: TokenView, attributes: list[list[str]]) -> None:
    sizes = Counter(view.lines)
    line, place, bullet, inside = -1, 0, False, False
    for i, word in enumerate(view.words):
        if view.lines[i] != line:
            line, place, bullet, inside = view.lines[i], 0, word in _BULLETS, False
        if word in "()":
            inside = word == "("
        size = min(sizes[line], 12) // 3
        attributes[i].append(f"line={view.sections[i]}|{size}|{bullet}")
        attributes[i].append(f"at={min(place, 4)}|{bullet}")
        if inside:
            attributes[i].append("bracket")
        place += 1


def _add_denials(view: TokenView, forms: Sequence[str], attributes: list[list[str]]) -> None:
    sentence, since = -1, _FAR
    for i, form in enumerate(forms):
        if view.sentences[i] != sentence:
            sentence, since = view.sentences[i], _FAR
        attributes[i].append(f"denied={min(since, _FAR) // 2}")
        since = 0 if form in _DENIALS else since + 1


def _add_echoes(view: TokenView, forms: Sequence[str], attributes: list[list[str]]) -> None:
    """Mark words that stand in the keywords or the diagnosis of the case, too."""
    for section, mark, size in (("keywords", "key", 3), ("diagnosis", "dx", 4)):
        named = {f for f, s in zip(forms, view.sections, strict=True) if s == section}
        for form, found in zip(forms, attributes, strict=True):
            if len(form) >= size and form in named:
                found.append(mark)


def _add_lexicon(view: TokenView, attributes: list[list[str]]) -> None:
    joined = ["+".join(sorted(tags)) for tags in view.lexicon]
    last = len(joined) - 1
    for i, tags in enumerate(view.lexicon):
        found, section, sentence = attributes[i], view.sections[i], view.sentences[i]
        found.append("l=" + joined[i])
        found += [f"l:{tag}" for tag in tags]
        found += [f"ls:{tag}{section}" for tag in tags]
        if i and view.sentences[i - 1] == sentence:
            found.append("l-=" + joined[i - 1])
            found += [f"l-:{tag}" for tag in view.lexicon[i - 1]]
        if i < last and view.sentences[i + 1] == sentence:
            found.append("l+=" + joined[i + 1])
            found += [f"l+:{tag}" for tag in view.lexicon[i + 1]]
