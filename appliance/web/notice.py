"""The privacy notice: what the law makes us say, by language. Shown and recorded, never accepted (GDPR art. 13, 26)."""

from __future__ import annotations

from appliance.errors import UsageError

_NOTICES = {
    "pt": (
        "Os seus dados, incluindo a fotografia e as impressões digitais, são recolhidos porque a lei o exige para o "
        "seu processo. Não é preciso o seu consentimento, e nada do que aqui é mostrado é um pedido de autorização.",
        "A AIMA e o município são responsáveis conjuntos pelo tratamento: o município recolhe e transmite, a AIMA "
        "conserva e decide.",
        "Depois de a AIMA confirmar a receção, os dados são apagados deste equipamento.",
        "Pode pedir à AIMA ou ao município acesso aos seus dados e a sua retificação, e pode reclamar junto da "
        "Comissão Nacional de Proteção de Dados.",
        "Se lhe faltar um dedo ou não o puder apresentar, o atendimento continua da mesma forma.",
        "O atendimento no CLAIM é gratuito; as taxas da AIMA são pagas à parte.",
    ),
    "en": (
        "Your data, including your photograph and fingerprints, are taken because the law requires it for your case. "
        "Your consent is not needed, and nothing shown here asks for your permission.",
        "AIMA and the municipality are joint controllers: the municipality collects and transmits, AIMA keeps and "
        "decides.",
        "Once AIMA has confirmed that it received them, your data are erased from this equipment.",
        "You may ask AIMA or the municipality for access to your data and for their correction, and you may complain "
        "to the Comissão Nacional de Proteção de Dados.",
        "If a finger is missing or cannot be presented, the service continues all the same.",
        "The service at CLAIM is free of charge; AIMA's fees are paid separately.",
    ),
}

LANGUAGES = tuple(_NOTICES)


def notice_paragraphs(language: str) -> tuple[str, ...]:
    """Raises UsageError `notice-language` for a language that there is no notice in."""
    try:
        return _NOTICES[language]
    except KeyError:
        raise UsageError("There is no privacy notice in that language.", code="notice-language") from None


def notice_text(language: str) -> str:
    """What is hashed for the record: the paragraphs, one empty line between them. Raises as `notice_paragraphs`."""
    return "\n\n".join(notice_paragraphs(language))
