"""What refusals mean, in the words of servers that people run."""

import pytest

from core.llm.dialect import ModelDialect
from core.llm.openai.chat import PARAMETERS
from core.llm.refusals import is_filtered, is_overflow

OVERFLOWS = {
    "OpenAI": "This model's maximum context length is 8192 tokens. However, your messages resulted "
    "in 9000 tokens.",
    "OpenAI, responses": "Your input exceeds the context window of this model. Please adjust it.",
    "vLLM": "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "vLLM's engine": "Prompt length 5000 exceeds max_model_len 4096",
    "SGLang": "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "llama.cpp": "the request exceeds the available context size. try increasing the context size",
    "llama-cpp-python": "Requested tokens (5000) exceed context window of 512",
    "Ollama": "the input length exceeds the context length",
    "LM Studio": "Trying to keep the first 5000 tokens when context the overflows. However, the "
    "model is loaded with context length of only 4096 tokens",
    "TGI": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: "
    "5000 `inputs` tokens and 20 `max_new_tokens`",
    "Together": "Input validation error: `inputs` must have less than 8192 tokens. Given: 9000",
    "Mistral": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 "
    "maximum context length",
    "Anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
    "Gemini": "The input token count (1100000) exceeds the maximum number of tokens allowed.",
    "Cohere": "too many tokens: total number of tokens in the prompt cannot exceed 4081.",
    "Groq": "Please reduce the length of the messages or completion.",
    "xAI": "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    "DashScope": "Range of input length should be [1, 30720]",
    "Bedrock": "Input is too long for requested model.",
}
FILTERS = {
    "Azure": "The response was filtered due to the prompt triggering Azure OpenAI's content "
    "management policy.",
    "OpenAI": "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
    "Gemini": "The prompt could not be submitted: PROHIBITED_CONTENT",
    "DashScope": "Input data may contain inappropriate content.",
    "DeepSeek": "Content Exists Risk",
    "Moonshot": "The request was rejected because it was considered high risk",
    "Zhipu": "系统检测到输入或生成内容可能包含不安全或敏感内容",
    "Anthropic": "Output blocked by content filtering policy",
    "LiteLLM": "litellm.ContentPolicyViolationError: the request was stopped",
    "a gateway": "blocked by guardrails",
}
PARAMETERS_NAMED = {
    "property 'stream_options' is unsupported": "stream_options",
    'Unknown name "max_completion_tokens": Cannot find field.': "max_completion_tokens",
    "unexpected keyword argument 'max_completion_tokens'": "max_completion_tokens",
    "Unsupported parameter: 'max_tokens' is not supported with this model.": (
        "max_completion_tokens"
    ),
    "Input validation error: `temperature` must be strictly positive": "temperature",
    "'response_format.type' must be 'json_schema' or 'text'": "response_format",
    "This model does not support JSON mode": "response_format",
    "guided decoding is not available": "response_format",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.": "system",
    "Developer instruction is not enabled for models/gemma-3-1b-it": "system",
    "Streaming is not supported for this model": "stream",
    "tool_choice is not supported": "tools",
}
OTHERS = (
    "The model `shop-7b` does not exist",
    "Incorrect API key provided",
    "messages must not be empty",
    "logit_bias is not supported",
)


@pytest.mark.parametrize("said", OVERFLOWS.values(), ids=OVERFLOWS)
def test_a_prompt_that_is_too_long_is_known_by_the_words(said):
    assert is_overflow(said)


@pytest.mark.parametrize("said", FILTERS.values(), ids=FILTERS)
def test_a_filter_is_known_by_the_words(said):
    assert is_filtered(said)
    assert not is_overflow(said)


@pytest.mark.parametrize(("said", "named"), PARAMETERS_NAMED.items())
def test_the_parameter_that_a_refusal_names_is_left_out_next(said, named):
    dialect = ModelDialect(PARAMETERS)
    forms = dialect.without(said, dialect.forms)
    assert [name for name in forms if forms[name] != dialect.forms[name]] == [named]
    assert not is_overflow(said)


@pytest.mark.parametrize("said", OTHERS)
def test_other_refusals_mean_none_of_these(said):
    dialect = ModelDialect(PARAMETERS)
    assert not is_overflow(said)
    assert not is_filtered(said)
    assert dialect.without(said, dialect.forms) is None
