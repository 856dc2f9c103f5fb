"""The prompts that attendants and call queues play: named by them, and gone when nothing names them any more."""

from typing import Final

from portsip_api.pbx.features import tables
from portsip_api.pbx.media import prompts
from portsip_api.pbx.media.file_names import FileName


class PromptName(FileName):
    """The name of a prompt, or empty for none."""

    def check(self, value: object) -> str:
        """Return the label that `value` comes to."""
        return "" if value == "" else super().check(value)


_FAMILY: Final = prompts.ATTENDANTS


def forget_unused(tenant_id: int, name: str) -> None:
    """Delete a prompt, if it is there, that no attendant and no call queue names any more."""
    if name in {"", prompts.DEFAULT} or _is_named(tenant_id, name):
        return
    if prompts.exists(tenant_id, _FAMILY, name):
        prompts.destroy(tenant_id, _FAMILY, name)


def _is_named(tenant_id: int, name: str) -> bool:
    return tables.Attendant.has(tenant_id, prompt=name) or tables.CallQueue.has(tenant_id, intro_prompt=name)
