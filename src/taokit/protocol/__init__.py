"""What neurons say to each other, without saying it: messages, formats, signatures, replay memory. No I/O."""

from __future__ import annotations

from taokit.protocol.answers import Outcome, Response, outcome, read_answer, read_legacy_answer
from taokit.protocol.bodies import dump_answer, dump_question, parse_answer, parse_envelope, parse_question
from taokit.protocol.btauth import BtauthClaim, BtauthDraft
from taokit.protocol.claim import (
    BTAUTH,
    EPISTULA,
    LEGACY,
    Claim,
    Verify,
    Window,
    Windows,
    check_headers,
    check_signature,
)
from taokit.protocol.detect import FORMATS, FormatOff, check_unique, detect, headers_by_name
from taokit.protocol.endpoint import (
    EndpointRecord,
    endpoint_text,
    int_to_ip,
    ip_to_int,
    ip_type_of,
    is_public,
    version_to_int,
)
from taokit.protocol.legacy import LegacyClaim, LegacyDraft, body_hash
from taokit.protocol.nonce import Nonces
from taokit.protocol.replay import Replay
from taokit.protocol.request import SignedRequest
from taokit.protocol.synapse import Answer, Ends, Part, Question, Synapse
from taokit.protocol.tensor import Tensor, decode_tensor, encode_tensor
from taokit.protocol.terminal import Terminal
from taokit.protocol.verify import decode_ss58, verify

__all__ = [
    "BTAUTH",
    "EPISTULA",
    "FORMATS",
    "LEGACY",
    "Answer",
    "BtauthClaim",
    "BtauthDraft",
    "Claim",
    "EndpointRecord",
    "Ends",
    "FormatOff",
    "LegacyClaim",
    "LegacyDraft",
    "Nonces",
    "Outcome",
    "Part",
    "Question",
    "Replay",
    "Response",
    "SignedRequest",
    "Synapse",
    "Tensor",
    "Terminal",
    "Verify",
    "Window",
    "Windows",
    "body_hash",
    "check_headers",
    "check_signature",
    "check_unique",
    "decode_ss58",
    "decode_tensor",
    "detect",
    "dump_answer",
    "dump_question",
    "encode_tensor",
    "endpoint_text",
    "headers_by_name",
    "int_to_ip",
    "ip_to_int",
    "ip_type_of",
    "is_public",
    "outcome",
    "parse_answer",
    "parse_envelope",
    "parse_question",
    "read_answer",
    "read_legacy_answer",
    "verify",
    "version_to_int",
]
