"""Blocks and views to try the local Slack with."""

BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "more",
            "text": {"type": "plain_text", "text": "더 보기"},
            "value": "7",
        }
    ],
}
MODAL = {
    "type": "modal",
    "callback_id": "teach",
    "title": {"type": "plain_text", "text": "학습"},
    "submit": {"type": "plain_text", "text": "저장"},
    "blocks": [
        {
            "type": "input",
            "block_id": "answer",
            "label": {"type": "plain_text", "text": "답"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def section(text):
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
