"""A record's database in SQL: its first tables, and the questions that are put to it."""

FIRST_SCHEMA = (
    "CREATE TABLE texts (hash TEXT PRIMARY KEY, text BLOB) WITHOUT ROWID",
    """CREATE TABLE sittings (id TEXT PRIMARY KEY, number INTEGER, model TEXT, persona TEXT, inventory TEXT, language TEXT,
        form TEXT, elicitation TEXT, reply TEXT, replicate INTEGER, current INTEGER) WITHOUT ROWID""",
    """CREATE TABLE trials (id TEXT PRIMARY KEY, sitting TEXT, kind TEXT, item TEXT, step INTEGER, line INTEGER,
        shown TEXT, options TEXT) WITHOUT ROWID""",
    "CREATE INDEX trials_sitting ON trials (sitting)",
    """CREATE TABLE calls (id INTEGER PRIMARY KEY, prompt TEXT, attempt INTEGER, text TEXT, thinking TEXT, error TEXT,
        distribution BLOB, seconds REAL, tokens_in INTEGER, tokens_out INTEGER, cost REAL, created REAL)""",
    "CREATE TABLE call_trials (call INTEGER, trial TEXT, line INTEGER, PRIMARY KEY (trial, call)) WITHOUT ROWID",
    """CREATE TABLE answers (trial TEXT PRIMARY KEY, call INTEGER, reader_version INTEGER, outcome TEXT, chosen INTEGER,
        position INTEGER, expected REAL, label_mass REAL, likelihood REAL, near_tie INTEGER) WITHOUT ROWID""",
)

# of a trial t
IS_DONE = "EXISTS (SELECT 1 FROM main.call_trials ct JOIN main.calls c ON c.id = ct.call WHERE ct.trial = t.id AND c.error IS NULL)"

# of a sitting s with questions that hang on replies to earlier ones
IS_BEGUN = """(
    (json_extract(s.form, '$.memory') = 'continued' OR EXISTS (SELECT 1 FROM trials u WHERE u.sitting = s.id AND u.kind = 'follow_up'))
    AND EXISTS (SELECT 1 FROM trials u JOIN main.call_trials cu ON cu.trial = u.id JOIN main.calls k ON k.id = cu.call
        WHERE u.sitting = s.id AND k.error IS NULL))"""

TABLES = {
    "answers": """
        SELECT s.number, s.model, s.persona, s.inventory, s.language, s.form, s.elicitation, s.reply, s.replicate, t.sitting,
            t.id AS trial, t.kind, t.item, t.step, t.shown, a.outcome, a.chosen, a.position, a.expected, a.label_mass,
            a.likelihood, a.near_tie, a.reader_version, c.text AS reply_text, c.error, c.created
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id LEFT JOIN calls c ON c.id = a.call
        WHERE s.current AND t.kind != 'task' ORDER BY s.number, t.step, t.line""",
    "calls": """
        SELECT c.id AS call, ct.trial, ct.line, t.sitting, t.kind, t.item, c.prompt, c.attempt, c.text, c.thinking, c.error,
            c.finish, c.distribution, c.seconds, c.tokens_in, c.tokens_out, c.tokens_thinking, c.cost, c.source, c.created
        FROM calls c JOIN call_trials ct ON ct.call = c.id JOIN trials t ON t.id = ct.trial ORDER BY c.id, ct.line""",
    "distributions": """
        SELECT t.id AS trial, c.distribution FROM sittings s JOIN trials t ON t.sitting = s.id JOIN answers a ON a.trial = t.id
            JOIN calls c ON c.id = a.call
        WHERE s.current AND s.elicitation = 'choice' AND t.kind = 'item' AND c.distribution IS NOT NULL""",
    "failures": f"""
        SELECT s.model, c.error, count(*) AS trials, count(DISTINCT s.persona) AS personas,
            group_concat(DISTINCT t.item) AS items, max(c.created) AS last FROM sittings s JOIN trials t ON t.sitting = s.id
            JOIN call_trials x ON x.trial = t.id JOIN calls c ON c.id = x.call
        WHERE s.current AND NOT {IS_DONE} AND c.id = (SELECT max(call) FROM call_trials WHERE trial = t.id)
        GROUP BY 1, 2 ORDER BY 3 DESC, 2""",
    "spending": """
        SELECT s.model, s.elicitation, count(*) AS calls, sum(c.tokens_in) AS tokens_in, sum(c.tokens_out) AS tokens_out,
            sum(c.tokens_thinking) AS tokens_thinking, sum(c.cost) AS usd
        FROM calls c JOIN call_trials x ON x.call = c.id AND x.line = 0 JOIN trials t ON t.id = x.trial
            JOIN sittings s ON s.id = t.sitting
        WHERE c.source IS NULL AND c.error IS NULL GROUP BY 1, 2 ORDER BY min(s.number)""",
    "taken": """
        SELECT t.sitting, count(*) AS calls, sum(c.tokens_in) AS tokens_in, sum(c.tokens_out) AS tokens_out,
            total(c.tokens_thinking) AS tokens_thinking
        FROM calls c JOIN call_trials x ON x.call = c.id AND x.line = 0 JOIN trials t ON t.id = x.trial
        WHERE c.error IS NULL GROUP BY t.sitting
        HAVING count(c.tokens_in) = count(*) AND count(c.tokens_out) = count(*)""",
    "progress": """
        SELECT s.model, s.elicitation, s.inventory, count(*) AS trials, count(a.trial) AS answers,
            sum(coalesce(a.outcome = 'answered', 0)) AS answered
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id
        WHERE s.current AND t.kind != 'task' GROUP BY 1, 2, 3 ORDER BY min(s.number)""",
}
