"""What the control of an animation is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mkdocs_masko.rendering
from mkdocs_masko.rendering import control_label
from mkdocs_masko.text import replace_controls

LABELS = json.loads(
    (Path(mkdocs_masko.rendering.__file__).parent / "labels.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("language", "pause", "play"),
    [
        ("en", "Pause animations", "Play animation"),
        ("de", "Animationen anhalten", "Animation abspielen"),
        ("pt-BR", "Pausar as animações", "Reproduzir a animação"),
        ("pt_BR", "Pausar as animações", "Reproduzir a animação"),
        ("zh-Hant", "暫停動畫", "播放動畫"),
        ("zh_TW", "暫停動畫", "播放動畫"),
        ("zh-CN", "暂停动画", "播放动画"),
        ("tlh", "Pause animations", "Play animation"),
        ("", "Pause animations", "Play animation"),
        ("-", "Pause animations", "Play animation"),
    ],
)
def test_a_control_is_named_in_the_language_of_the_theme(
    language: str, pause: str, play: str
) -> None:
    """A region falls back to its language, and an unknown language to English."""
    assert control_label(language, starts=True) == pause
    assert control_label(language, starts=False) == play


def test_every_language_has_two_names_that_differ() -> None:
    assert len(LABELS) >= 30
    for language, names in LABELS.items():
        assert len({*names}) == len(names) == 2, language
        assert all(name == replace_controls(name).strip() for name in names), language
    assert [*LABELS] == sorted(LABELS)
