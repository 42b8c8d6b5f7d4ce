"""People's names in ten scripts, none of which is a word of a program, a library or an English sentence."""

from __future__ import annotations

import random

_GIVEN_AND_FAMILY = {
    "Latin": ("Łucja Søren Zoë Jürgen Šárka Iñigo Åsne Çağla", "Dvořák Müllner Fernández Åkesson Jørgsen Wąsik Őryné"),
    "Cyrillic": ("Иван Борис Степан Руслан Тимур", "Зовамов Кузнецов Шевчук Грищенко Петровский"),
    "Greek": ("Γιώργος Ελένη Σταύρος Ειρήνη", "Ζωβάμης Παπαδάκης Καραγιάννης Νικολάου"),
    "Arabic": ("ليلى يوسف خديجة طارق", "الزوفام الحداد الشريف المصري"),
    "Hebrew": ("נועה יעקב שירה אבנר", "זובאם פרידמן גולדשטיין אברהמי"),
    "Devanagari": ("प्रिया राहुल सुनीता अमित", "ज़ोवाम शर्मा चटर्जी देशपांडे"),
    "Thai": ("สมชาย กนกวรรณ ธีรพงศ์ อรุณี", "โซวาม ศรีสุข แสงทอง วงศ์ไทย"),
    "Japanese": ("健太 さくら 美咲 翔平", "佐藤 渡辺 斎藤 小林"),
}
_ONE_WORD = {
    "Chinese": ("王 李 张 刘 陈 杨 赵 黄", "伟 芳 娜 敏 静 强 磊 洋"),
    "Korean": ("김 이 박 최 정", "민준 서연 지우 하은 도윤"),
}

SCRIPTS = (
    "Latin",
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Chinese",
    "Japanese",
    "Korean",
    "Devanagari",
    "Thai",
)

_SHORT = "Eva Ida Uwe Ute Lea Mia Noa Pia Zoe Yui Ivo Jin".split()
_PLAIN_GIVEN = "John Maria Peter Laura David Helen Oscar Nadia".split()


def name_in(script: str, rng: random.Random) -> str:
    """A person's name in one of `SCRIPTS`: of two words, but for Chinese (two signs) and Korean (three)."""
    if script in _ONE_WORD:
        family, given = _ONE_WORD[script]
        return rng.choice(family.split()) + rng.choice(given.split())
    given, family = _GIVEN_AND_FAMILY[script]
    order = [rng.choice(given.split()), rng.choice(family.split())]
    return " ".join(reversed(order) if script == "Japanese" else order)


def short_name(rng: random.Random) -> str:
    """A given name of three letters, as 'Eva'."""
    return rng.choice(_SHORT)


def full_name(rng: random.Random) -> str:
    """A given name and a family name of five letters that nobody has, as 'John Zovam'."""
    return f"{rng.choice(_PLAIN_GIVEN)} {family_name(rng)}"


def family_name(rng: random.Random) -> str:
    """Five letters, as 'Zovam'."""
    vowels, consonants = "aeiou", "bdfgklmnprstv"
    pick = rng.choice
    return "Z" + pick(vowels) + pick(consonants) + pick(vowels) + pick("mnkv")
