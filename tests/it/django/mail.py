import json
from email import message_from_bytes, policy

from django.core.mail import EmailMultiAlternatives


def described(content):
    message = message_from_bytes(content, policy=policy.default)
    headers = ["Subject", "From", "To", "Cc", "Bcc", "Reply-To", "X-Order", "List-Id"]
    parts = [
        [
            part.get_content_type(),
            part.get_filename(),
            None if part.is_multipart() else part.get_content_disposition(),
            None
            if part.is_multipart()
            else part.get_payload(decode=True).replace(b"\r\n", b"\n").strip().hex(),
        ]
        for part in message.walk()
    ]
    return {
        "headers": {name: message.get_all(name) and [str(value) for value in message.get_all(name)] for name in headers},
        "has": [name for name in ("Date", "Message-ID", "MIME-Version") if message[name]],
        "parts": parts,
    }


def theirs(case):
    message = EmailMultiAlternatives(
        case["subject"],
        case["body"],
        case["from_email"] or "shop@example.com",
        case["to"],
        cc=case["cc"],
        bcc=case["bcc"],
        reply_to=case["reply_to"],
        headers=dict(case["headers"]),
    )
    if case["html"] is not None:
        message.attach_alternative(case["html"], "text/html")
    for name, content, kind in case["attachments"]:
        message.attach(name, bytes.fromhex(content), kind)
    try:
        return described(message.message().as_bytes()) | {"to": sorted(message.recipients())}
    except ValueError:
        return "refused"


def ours(case):
    if case["sent"] is None:
        return "refused"
    return described(bytes.fromhex(case["sent"])) | {"to": sorted(case["recipients"])}


for case in ASKED:
    print(json.dumps([theirs(case), ours(case)]))
