"""What each column of a table means: one sentence a name, so that help, documentation and tables say the same."""

from __future__ import annotations

from inventories.forms import FACTORS

WHERE = {
    "model": "name of the responder, as in the study",
    "persona": "id of the persona; a model x persona is one person",
    "persona_set": 'persona set, or "study" for personas of the study file itself',
    "inventory": "id of the inventory",
    "elicitation": "rating, choice, likelihood or confirmation",
    "reply": '"labels": read from label probabilities; "text": read from a written reply',
    "form": 'how the inventory was printed, such as "options=reversed"; "standard" for the default',
    "replicate": "number of the draw of the same prompt, from 1",
    "sitting": "id of the sitting",
    "version": "how an answer became a number: chosen, expected, raw, item_centred, double_centred",
}
OF_SCALE = {
    "scale": "id of the scale, such as E",
    "level": "domain or facet",
    "name": "name of the scale",
}
OF_ITEM = {
    "item": "id of the item",
    "scale": "id of the scale that the item counts towards",
    "facet": "id of the facet, empty where there is none",
    "key": "1, or -1 for a reversed item",
}
FORM = {
    "wording": "id of the prompt's wording",
    "labels": "set of option labels: arabic, upper, lower, roman_upper, roman_lower",
    "options": "order of the options: printed, reversed, shuffled, swapped",
    "binding": "whether labels stay in place (position) or move with the text (content)",
    "items": "order of the items: printed, shuffled",
    "items_per_prompt": "items that share a prompt",
    "memory": "each item alone (fresh) or in one conversation (continued)",
    "persona_place": "where the persona stands: system or user message",
    "language": "language of the items",
    "situation": "of a scenario: original or paraphrased",
    "format": "free reply, or structured (JSON)",
}
OUTCOME = {
    "answered": "trials with an answer",
    "refused": "trials with a refusal",
    "ambiguous": "trials whose reply names several options",
    "off_scale": "trials whose reply names an option that was not offered",
    "unreadable": "trials whose reply could not be read",
    "missing": "trials with an empty reply, or none for this item of a block",
}
PERSONS = {"n_persons": "persons that entered: personas with an answer, never repeats or forms"}
NOTE = {"note": "code of why a value is undefined or needs care; empty where there is nothing to say"}
TOLD = {"method": "name of the interval, or why there is none", **PERSONS}

ANSWERS = {
    **{name: WHERE[name] for name in list(WHERE)[:-1]},
    **{name: FORM[name] for name in FACTORS},
    "kind": 'step of the sitting: "item", "follow_up" on the item, or "again": the item once more',
    **OF_ITEM,
    "outcome": "answered, refused, ambiguous, off_scale, unreadable or missing; NaN while pending",
    "chosen": "raw value of the chosen (or most probable) option; NaN without an answer",
    "position": "place of the chosen option on the page, from 0",
    "expected": "mean raw value under the label probabilities; NaN for written replies",
    "label_mass": "probability that any label is said, 0 to 1; NaN for written replies",
    "likelihood": "log-probability of the item's sentence, nats per token; of a scenario high less low actions",
    "near_tie": "whether the log-probabilities of the two best labels are within 1e-4",
    "shown": "options in printed order, as places in the inventory's own order",
    "reply_text": "the raw reply",
    "trial": "id of the trial",
}
VALUES = {
    **{name: WHERE[name] for name in list(WHERE)[:-1]},
    "language": FORM["language"],
    **OF_ITEM,
    "version": WHERE["version"],
    "value": "keyed answer: high means more of the scale; answer categories, share, or nats per token",
    **NOTE,
}
SCORES = {
    **WHERE,
    **OF_SCALE,
    "score": "score in the inventory's own metric; nats per token for likelihoods",
    "n_answered": "items with an answer",
    "n_items": "items that were asked",
    "pomp": "percent of the maximum possible score, 0 to 100; NaN where there is no common metric",
    "assigned": "level of the scale's trait that the persona was assigned; NaN if none",
    **NOTE,
}
_GROUP = ("model", "persona_set", "inventory", "elicitation", "version")
GROUP = {name: WHERE[name] for name in _GROUP}
STANDINGS = {
    "model": WHERE["model"],
    "persona": WHERE["persona"],
    **{name: WHERE[name] for name in _GROUP[1:]},
    **OF_SCALE,
    **NOTE,
    "score": "mean score over the person's sittings",
    "sd_forms": "standard deviation over the person's sittings",
    "n_sittings": "sittings with a score",
    "pomp": "mean percent of the maximum possible score",
    "assigned": SCORES["assigned"],
    "t": "T score (mean 50, SD 10) within the norm group; NaN without a norm",
    "percentile": "normal percentile within the norm group, 0 to 100",
    "norm_n": "size of the norm group; NaN when not told",
    "norm": "id of the norm; empty without one",
}
TYPES = {
    **WHERE,
    "letters": "type letters, such as INTJ; X where an axis has no score",
    **NOTE,
}
RELIABILITY = {
    **GROUP,
    "form": WHERE["form"],
    **OF_SCALE,
    **PERSONS,
    "n_items": "items of the scale that were asked",
    "n_rows": "rows: sittings, where personas were asked repeatedly",
    "alpha": "Cronbach's alpha over the rows",
    "low": "lower end of the 95 % interval of alpha; NaN below 10 persons",
    "high": "upper end of it",
    "method": TOLD["method"],
    "alpha_person_means": "alpha over the persons' means",
    "sd": "standard deviation of the persons' mean answers, in answer categories or nats per token",
    "sem": "standard error of measurement in the same unit: sd times the root of 1 - alpha",
    **NOTE,
}
ASSIGNED = {
    **GROUP,
    **OF_SCALE,
    **PERSONS,
    "n_rows": "rows: a person's mean over forms, once a replicate",
    "d_ddof0": "Cohen's d between the assigned poles, population SD",
    "d_ddof1": "the same with the sample SD",
    "d_low": "lower end of the 95 % interval of d_ddof1; NaN below 10 persons",
    "d_high": "upper end of it",
    "d_method": "name of that interval",
    "spearman": "Spearman's rho of assigned level and score",
    "spearman_low": "lower end of its 95 % interval; NaN below 10 persons",
    "spearman_high": "upper end of it",
    **NOTE,
    "null95": "95 % of permuted persona labels give a smaller |d|",
}
RECOVERY = {
    "model": WHERE["model"],
    **{name: WHERE[name] for name in ("inventory", "elicitation", "version")},
    "scale": OF_SCALE["scale"],
    "persona_set": "the plain set; its control has the negated markers",
    "d_plain": "d by meaning (ddof 1) with plain markers",
    "null95_plain": "95 % of permuted persona labels give a smaller |d|",
    "d_negated": "d by meaning with negated markers",
    "null95_negated": "95 % of permuted persona labels give a smaller |d|",
    "verdict": "recovered, primed by the word, not found, or not estimable",
}
FORMS = {
    **{name: WHERE[name] for name in ("model", "inventory", "elicitation")},
    "factor": "form factor that differs, all else equal",
    "level_a": "its first level",
    "level_b": "its second level",
    **PERSONS,
    "n_pairs": "pairs of answers of one person to one item",
    "agreement": "share of identical answers, 0 to 1",
    "change": "mean absolute change in answer categories",
    "shift": "mean change from level_a to level_b in answer categories",
    "low": "lower end of the 95 % interval of shift; NaN below 10 persons",
    "high": "upper end of it",
    **NOTE,
}
POSITIONS = {
    "model": WHERE["model"],
    "inventory": WHERE["inventory"],
    "options": FORM["options"],
    "position": ANSWERS["position"],
    "n": "answers at this place",
    "share": "share of the answers in this order of options, 0 to 1",
}
OUTCOMES = {
    **{name: WHERE[name] for name in ("model", "elicitation", "inventory")},
    "trials": "trials of the plan",
    "pending": "trials without a reply so far",
    **OUTCOME,
    "near_ties": "answers whose two best labels are within 1e-4 in log-probability",
    "label_mass": "mean probability that any label was said; NaN for written replies",
    "low_mass": "share of trials where that was under .1",
}
TRAIT_SCORES = {
    **{name: WHERE[name] for name in ("model", "inventory")},
    "scale": OF_SCALE["scale"],
    "persona_set": WHERE["persona_set"],
    "group": '"all", "assigned high" or "assigned low"',
    "statistic": "trait_score, continuous_score, refusal_rate, order_sensitivity, prompt_sensitivity ...",
    "value": "percent",
    "low": "lower end of the 95 % interval over persons, or over the scenarios of one person",
    "high": "upper end of it",
    **TOLD,
    "n_items": "scenarios",
    **NOTE,
    "warnings": "sentences of what to know before using the value",
}
SCENARIO_ITEMS = {
    **GROUP,
    "item": "id of the scenario",
    "scale": OF_ITEM["scale"],
    "key": OF_ITEM["key"],
    "effect": "mean of those assigned the high pole less that of the low pole, keyed",
    "d": "the same as Cohen's d",
    "low": "lower end of the 95 % interval of d; NaN below 10 persons",
    "high": "upper end of it",
    **PERSONS,
    "twin": "id of the statement that the scenario is the twin of",
    "d_statement": "the same d of the statement; NaN if it was not asked",
    "share_high": "share of choices of a high action, 0 to 1",
    "flag": "reversed, against, constant, no effect, one pole chosen; empty for a good scenario",
    **NOTE,
}
DIVERGENCE = {
    "scope": "overall, model, trait or persona: what is measured by itself",
    "model": "name of the responder; empty over all; null responders by their name",
    "people": "whether these are people's answers",
    "persona_set": WHERE["persona_set"],
    "scale": "id of the scale; empty over all scales",
    "persona": "id of the persona; empty over all personas",
    "said_by": 'how the statement was asked and read, such as "rating: chosen"',
    "done_by": "the same of the scenario",
    "measure": "cosine, centred_cosine, spearman, vmd, pcp, level_gap, absolute_gap, rank_change, correlation ...",
    "value": "the measure in its unit, see docs/statistics.md",
    "low": "lower end of the 95 % interval; NaN below 10 persons",
    "high": "upper end of it",
    "method": TOLD["method"],
    "verdict": "of level_gap by interval and margin: agrees, diverges upward or downward, or cannot be told",
    "null_items": "mean of the measure with actions permuted over a person's items",
    "null_items_low": "2.5th centile of these permutations",
    "null_items_high": "97.5th centile",
    "null_items_p": "share of permutations at least as consistent",
    "null_persons": "mean of the measure with whole persons exchanged within their assigned pole",
    "null_persons_low": "2.5th centile of these permutations",
    "null_persons_high": "97.5th centile",
    "null_persons_p": "share of permutations at least as consistent",
    "above_null": "whether the pairs are more consistent than the nulls; None without one",
    **PERSONS,
    "n_pairs": "pairs of a statement and its twin with both answers",
    **NOTE,
    "warnings": TRAIT_SCORES["warnings"],
}
REPLIES = {
    "call": "number of the call; a block of items is one call with a row for each",
    "trial": ANSWERS["trial"],
    "line": "place of the item in its block, from 0",
    "sitting": WHERE["sitting"],
    "kind": ANSWERS["kind"],
    "item": OF_ITEM["item"],
    "prompt": "id of the prompt, see `prompts`",
    "attempt": "number of the attempt, from 1",
    "text": "the raw reply",
    "thinking": "what the model thought before it, where it is told",
    "error": "why the call failed; None for a good one",
    "finish": "why the model stopped, as the provider names it",
    "seconds": "duration of the call",
    "tokens_in": "tokens read",
    "tokens_out": "tokens written",
    "tokens_thinking": "tokens thought",
    "cost": "US dollars, where a price is known",
    "source": "record that the call was taken over from; None if it was asked here",
    "created": "time of the reply, seconds since 1970 (UTC)",
}
PROMPTS = {
    "prompt": "id of the prompt",
    "place": "place of the message, from 0",
    "role": "system, user, assistant; continuation for the sentence whose likelihood is asked",
    "content": "text of the message",
}
