"""What neurons say to each other, without saying it: messages, formats, signatures, replay memory. No I/O."""

from __future__ import annotations

from taokit.protocol.answers import Outcome, Response, outcome, read_answer, read_legacy_answer
from taokit.protocol.binary import content_type, is_binary
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
from taokit.protocol.detect import FORMATS, FormatOff, HeaderNames, header_names
from taokit.protocol.endpoint import (
    EndpointRecord,
    endpoint_text,
    int_to_ip,
    ip_to_int,
    ip_type_of,
    is_public,
    version_to_int,
)
from taokit.protocol.epistula import EpistulaClaim, EpistulaDraft, proves_interval
from taokit.protocol.legacy import LegacyClaim, LegacyDraft
from taokit.protocol.legacy_hash import body_hash
from taokit.protocol.nonce import Nonces
from taokit.protocol.replay import Replay, ReplayStore
from taokit.protocol.request import SignedRequest
from taokit.protocol.signed_answers import Asked, answer_signature, check_answer
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
    "Asked",
    "BtauthClaim",
    "BtauthDraft",
    "Claim",
    "EndpointRecord",
    "Ends",
    "EpistulaClaim",
    "EpistulaDraft",
    "FormatOff",
    "HeaderNames",
    "LegacyClaim",
    "LegacyDraft",
    "Nonces",
    "Outcome",
    "Part",
    "Question",
    "Replay",
    "ReplayStore",
    "Response",
    "SignedRequest",
    "Synapse",
    "Tensor",
    "Terminal",
    "Verify",
    "Window",
    "Windows",
    "answer_signature",
    "body_hash",
    "check_answer",
    "check_headers",
    "check_signature",
    "content_type",
    "decode_ss58",
    "decode_tensor",
    "dump_answer",
    "dump_question",
    "encode_tensor",
    "endpoint_text",
    "header_names",
    "int_to_ip",
    "ip_to_int",
    "ip_type_of",
    "is_binary",
    "is_public",
    "outcome",
    "parse_answer",
    "parse_envelope",
    "parse_question",
    "proves_interval",
    "read_answer",
    "read_legacy_answer",
    "verify",
    "version_to_int",
]
