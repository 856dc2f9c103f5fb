"""What users have of their own, changed on either API, for the state machine of both: see `test_both_apis`."""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.audio import wav
from tests.crm import Crm
from tests.sipxcom.portal import Portal
from tests.sipxcom.uploads import upload

SECONDS = st.integers(1, 600)
RINGS = st.lists(st.sampled_from(["333", "5551212", "+15551234"]), max_size=3)
PINS = st.sampled_from(["4711", "0815", "123456"])
SECRETS = st.sampled_from(["a-longer-one", "Zoë's 2 words", "100%-sure"])
GREETINGS = st.sampled_from(["NONE", "STANDARD", "OUT_OF_OFFICE", "EXTENDED_ABSENCE"])
FILES = st.sampled_from(["standard", "outofoffice"])
SOUND: Final = wav(0.5)
FRESH: Final[dict[str, Any]] = {
    "seconds": 20,
    "rings": (),
    "pin": "",
    "greeting": "STANDARD",
    "files": frozenset(),
    "voicemail": True,
    "permitted": True,
}
_SOME = precondition(lambda self: self.users)


class OwnRules(RuleBasedStateMachine):
    """The rules; `users` is the model, in which each user has what FRESH has."""

    crm: Crm
    portal: Portal
    users: dict[str, dict[str, Any]]

    def _one(self, data: Any) -> tuple[str, dict[str, Any]]:
        number = data.draw(st.sampled_from(sorted(self.users)))
        return number, self.users[number]

    def _own(self, number: str) -> Portal:
        return Portal(self.portal.http, number, self.users[number]["password"])

    @_SOME
    @rule(data=st.data(), seconds=SECONDS, rings=RINGS, here=st.booleans())
    def forward(self, data, seconds, rings, here):
        number, user = self._one(data)
        if here:
            given = [{"number": to, "type": "At the same time", "enabled": True} for to in rings]
            body = {"rings": given, "expiration": seconds}
            assert self._own(number).put("rest/my/callfwd", body).status_code == 200
            user["rings"] = tuple(rings)
        else:
            rules = {"available": {"no_answer_timeval": seconds}}
            self.crm.do("extensions/update", extension_number=number, forward_rules=rules)
        user["seconds"] = seconds

    @_SOME
    @rule(data=st.data(), pin=PINS, here=st.booleans())
    def set_pin(self, data, pin, here):
        number, user = self._one(data)
        if here:
            assert self._own(number).put(f"rest/my/voicemail/pin/{pin}").status_code == 200
        else:
            self.crm.do("voice_mail/update", extension_number=number, voicemail_pin=pin)
        user["pin"] = pin

    @_SOME
    @rule(data=st.data(), password=SECRETS)
    def set_own_password(self, data, password):
        number, user = self._one(data)
        path = f"rest/my/portal/password/{password.replace('%', '%25')}"
        before = self._own(number)
        assert before.put(path).status_code == 200
        assert before.get("rest/my/time").status_code == (200 if user["password"] == password else 401)
        user["password"] = password

    @_SOME
    @rule(data=st.data(), greeting=GREETINGS, by_name=st.booleans())
    def choose_greeting(self, data, greeting, by_name):
        number, user = self._one(data)
        if by_name:
            path = f"rest/my/mailbox/{number}/preferences/activegreeting/{greeting.replace('_', '').lower()}"
            reply = self._own(number).put(path)
        else:
            reply = self._own(number).put("rest/my/vmprefs", {"greeting": greeting})
        assert reply.status_code == (200 if user["permitted"] else 403)
        if user["permitted"]:
            user["greeting"] = greeting

    @_SOME
    @rule(data=st.data(), kind=FILES)
    def send_greeting(self, data, kind):
        number, user = self._one(data)
        assert upload(self._own(number), f"api/my/greetings/{kind}/wav", ("a.wav", SOUND)).status_code == 200
        user["files"] |= {kind}

    @precondition(lambda self: any(user["files"] for user in self.users.values()))
    @rule(data=st.data(), here=st.booleans())
    def remove_greeting(self, data, here):
        number = data.draw(st.sampled_from([name for name in sorted(self.users) if self.users[name]["files"]]))
        kind = data.draw(st.sampled_from(sorted(self.users[number]["files"])))
        if here:
            assert self._own(number).delete(f"api/my/greetings/{kind}/wav").status_code == 200
        else:
            self.crm.do("extensions/greeting_file/destroy", extension_number=number, filename=f"{kind}.wav")
        self.users[number]["files"] -= {kind}

    @_SOME
    @rule(data=st.data(), on=st.booleans(), here=st.booleans())
    def switch_voicemail(self, data, on, here):
        number, user = self._one(data)
        if here:
            (id_,) = (one["id"] for one in self.portal.read("rest/user")["user"]["users"] if one["userName"] == number)
            body = {"permissions": [{"name": "Voicemail", "value": "ENABLE" if on else "DISABLE"}]}
            assert self.portal.put(f"rest/user-permission/{id_}", body).status_code == 200
        else:
            self.crm.do("voice_mail/update", extension_number=number, enable_voicemail=on)
        user["permitted" if here else "voicemail"] = on

    def check_own(self, number: str, shown: dict[str, Any]) -> None:
        """Both APIs show what the model has of a user; `shown` is what PortSIP's does."""
        user, own = self.users[number], self._own(number)
        kind = user["greeting"].replace("_", "").lower()
        sequence, preferences = own.read("rest/my/callfwd"), own.read("rest/my/vmprefs")
        files = {
            row["filename"]: row["enabled"]
            for row in self.crm.read("extensions/greeting_file/list", extension_number=number)["files"]
        }
        seen = {
            "seconds": (sequence["expiration"], shown["forward_rules"]["available"]["no_answer_timeval"]),
            "rings": tuple(ring["number"] for ring in sequence["rings"]),
            "pin": shown["voice_mail"]["voicemail_pin"],
            "greeting": preferences["greeting"],
            "files": files.keys() - {"default.wav"},
            "active": [name for name, is_active in files.items() if is_active],
            "voicemail": shown["voice_mail"]["enable_voicemail"],
            "permitted": (sequence["withVM"], preferences["voicemailPermission"]),
        }
        assert seen == {
            "seconds": (user["seconds"],) * 2,
            "rings": user["rings"],
            "pin": user["pin"],
            "greeting": user["greeting"],
            "files": {f"{kind}.wav" for kind in user["files"]},
            "active": [f"{kind}.wav" if kind in user["files"] else "default.wav"],
            "voicemail": user["voicemail"],
            "permitted": (user["permitted"],) * 2,
        }
