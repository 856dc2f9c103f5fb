"""Models of phones and gateways: what is known of them, and which settings each firmware version has."""

import re
import subprocess
import sys

import pytest

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings import device_models
from portsip_api.pbx.settings.device_models import (
    definitions_of,
    gateway_model,
    gateway_models,
    line_definitions_of,
    phone_model,
    phone_models,
    port_definitions_of,
)
from portsip_api.settings import ROOT


def paths(model_id: str, version: str | None = None) -> set[str]:
    return {setting.path for setting in definitions_of(phone_model(model_id), version).settings}


def test_models_are_those_of_the_contract() -> None:
    assert len(phone_models()) == len({model.model_id for model in phone_models()}) == 179
    assert [model.model_id for model in gateway_models()] == [
        "acmeGatewayStandard",
        "audiocodesMP1X4_4_FXO",
        "audiocodesMP1X8_8_FXO",
        "audiocodesMediant1000",
        "audiocodesMediant2000",
        "audiocodesMediant3000",
        "audiocodesMediantBRI",
        "audiocodesTP260",
        "genericGatewayStandard",
        "sipTrunkStandard",
    ]


def test_a_model_has_its_facts() -> None:
    phone = phone_model("aastra53i")
    assert (phone.label, phone.vendor, phone.versions, phone.default_version) == (
        "Aastra SIP IP 53i",
        "Aastra",
        None,
        None,
    )
    assert (phone.max_lines, phone.features) == (9, frozenset({"intercom"}))
    assert re.fullmatch(phone.serial_pattern, "0004f2aabbcc")
    assert not re.fullmatch(phone.serial_pattern, "0004F2AABBCC")
    gateway = gateway_model("audiocodesMP1X4_4_FXO")
    assert (gateway.max_ports, gateway.vendor) == (4, "AudioCodes")
    assert gateway.versions[0] == "audiocodes6.0"  # type: ignore[index]


def test_a_model_of_which_no_settings_are_known_has_none() -> None:
    mobile = phone_model("uniteMobileModel")
    assert (mobile.label, mobile.vendor, mobile.versions, mobile.max_lines) == ("Unite Mobile", "eZuce", None, 1)
    assert definitions_of(mobile).settings == line_definitions_of(mobile).settings == ()


def test_trunk_templates_are_known_but_not_listed() -> None:
    assert gateway_model("itspVoipms").settings_key == "gateways:sipTrunk"
    assert not gateway_model("itspVoipms").listed


@pytest.mark.parametrize("model_id", ["", "nothing", "aastra53I"])
def test_an_unknown_model_is_not_found(model_id: str) -> None:
    for find in (phone_model, gateway_model):
        with pytest.raises(NotFound):
            find(model_id)


@pytest.mark.parametrize(
    "model", [model for model in phone_models() if model.family != "uniteMobile"], ids=lambda model: model.model_id
)
def test_every_phone_has_settings_without_a_version(model: device_models.PhoneModel) -> None:
    assert definitions_of(model).settings
    assert line_definitions_of(model).settings


def test_every_version_has_settings() -> None:
    for model_id in ("polycomVVX500", "polycom331", "yealinkPhoneSIPT48G", "nortel11xx", "audiocodesMP114_FXS"):
        model = phone_model(model_id)
        for version in model.versions or ():
            assert definitions_of(model, version).settings
            assert line_definitions_of(model, version).settings


def test_a_version_chooses_the_settings() -> None:
    keys = [
        definitions_of(phone_model("polycom331"), version).key
        for version in ("polycom3.1.X", "polycom3.2.X", "polycom4.0.X", None)
    ]
    assert keys == [f"phones:polycom/phone{end}" for end in ("", "-32", "-40", "-40")]
    t48 = phone_model("yealinkPhoneSIPT48G")
    assert definitions_of(t48, "yealink7X").key == "phones:yealink/phone-7X"
    assert line_definitions_of(t48).key == "phone-lines:yealink/line-8X"


def test_an_unknown_version_is_not_found() -> None:
    for call in (definitions_of, line_definitions_of):
        with pytest.raises(NotFound):
            call(phone_model("yealinkPhoneSIPT48G"), "yealink6X")
        with pytest.raises(NotFound):
            call(phone_model("aastra53i"), "1.0")


def test_conditions_test_the_versions_id_and_what_is_later() -> None:
    assert len(paths("polycomVVX500", "polycom4.1.X")) < len(paths("polycomVVX500", "polycom5.5.2"))
    assert paths("nortel11xx", "nortelPhone2.2") < paths("nortel11xx", "nortelPhone3.2") == paths("nortel11xx")
    assert paths("audiocodesMP114_FXS") == paths("audiocodesMP114_FXS", "audiocodes6.0")
    assert paths("audiocodesMP114_FXS", "audiocodes5.4") - paths("audiocodesMP114_FXS", "audiocodes5.2")
    assert paths("audiocodesMP114_FXS", "audiocodes5.2") - paths("audiocodesMP114_FXS", "audiocodes5.0")


def test_conditions_test_features() -> None:
    video, audio = "polycomVVX1500", "polycom650"
    assert any(path.startswith("video/") for path in paths(video, "polycom4.1.X"))
    assert not any(path.startswith("video/profile/") for path in paths(audio))


def test_grandstream_phones_are_told_apart_by_id() -> None:
    assert len(paths("gsPhoneBt100")) < len(paths("gsPhoneGxp2140"))


def test_gateways_and_ports_have_the_settings_of_their_kind() -> None:
    assert len(definitions_of(gateway_model("sipTrunkStandard")).settings) == 26
    fxo, bri, digital = (
        port_definitions_of(gateway_model(name))
        for name in ("audiocodesMP1X8_8_FXO", "audiocodesMediantBRI", "audiocodesTP260")
    )
    assert [model.key.rpartition("-")[2] for model in (fxo, bri, digital)] == ["fxo", "bri", "digital"]
    late, early = (
        port_definitions_of(gateway_model("audiocodesTP260"), f"audiocodes{release}").settings
        for release in ("6.0", "5.8")
    )
    assert len(late) == len(early) + 1


def test_some_gateways_have_no_settings() -> None:
    with pytest.raises(NotFound):
        definitions_of(gateway_model("genericGatewayStandard"))
    with pytest.raises(NotFound):
        port_definitions_of(gateway_model("sipTrunkStandard"))
    with pytest.raises(NotFound):
        definitions_of(gateway_model("audiocodesTP260"), "audiocodes4.0")


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """A worker that serves no phone holds no definitions."""
    program = (
        "from portsip_api.pbx.settings import definitions as s, device_models as d, values\n"
        "assert d._phones.cache_info().currsize == d._gateways.cache_info().currsize == 0\n"
        "assert s.definitions.cache_info().currsize == 0\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
