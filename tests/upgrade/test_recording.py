"""The release at hand can be recorded: its store is filled, and each GET that it declares is asked something."""

import pytest

from portsip_api import create_app, settings
from portsip_api.pbx.upkeep import consistency
from tests.upgrade import ask
from tests.upgrade.fill import fill
from tests.upgrade.questions import questions

PATHS = (
    *("/api/virtual_receptionist/show?", "/api/call_queues/show?", "/api/conference_room/show?"),
    *("/sipxconfig/api/users/301", "/sipxconfig/api/rules/", "/sipxconfig/rest/my/redirect/media/3000/inbox/"),
    *("/sipxconfig/api/my/moh/prompts/waltz.wav", "/sipxconfig/rest/my/phonebook/entry/"),
)


@pytest.mark.usefixtures("servers")
def test_a_store_is_filled_and_everything_is_asked(tmp_path) -> None:
    variables = ask.variables(tmp_path)
    fill(tmp_path / "data", variables)
    app = create_app(settings.load(variables))
    with ask.opened(tmp_path):
        asker, asked = ask.Asker(app), questions(app)
        for path in PATHS:
            answers = [asker.ask(question) for question in asked if question.path.startswith(path)]
            assert 200 in {answer.status for answer in answers}, path
        assert consistency.find_inconsistencies() == []
