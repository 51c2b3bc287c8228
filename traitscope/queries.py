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

# Counts of whole records, for pages that show many: an inner join of a hundred thousand trials is avoided, since nearly
# always all sittings are current and few calls failed. Those that are not, and did, are taken off. CROSS JOIN keeps the order.
_NOT_CURRENT = (
    "FROM sittings s CROSS JOIN trials t ON t.sitting = s.id CROSS JOIN {} x ON x.trial = t.id WHERE NOT s.current"
)

COUNTS = f"""
    WITH asked AS (SELECT (SELECT count(DISTINCT trial) FROM call_trials)
            - (SELECT count(DISTINCT x.trial) {_NOT_CURRENT.format("call_trials")}) AS trials),
        failed AS (SELECT count(*) AS trials FROM (SELECT DISTINCT trial FROM call_trials
                WHERE call IN (SELECT id FROM calls WHERE error IS NOT NULL)) f
            JOIN trials t ON t.id = f.trial JOIN sittings s ON s.id = t.sitting WHERE s.current AND NOT {IS_DONE})
    SELECT (SELECT count(*) FROM sittings s JOIN trials t ON t.sitting = s.id WHERE s.current),
        asked.trials - failed.trials, failed.trials FROM asked, failed"""

USABLE = f"""
    SELECT all_of.answers - others.answers, all_of.answered - others.answered
    FROM (SELECT count(*) AS answers, total(outcome = 'answered') AS answered FROM answers) all_of,
        (SELECT count(*) AS answers, total(x.outcome = 'answered') AS answered {_NOT_CURRENT.format("answers")}) others"""

# what was taken over from another record was not asked
LATELY = """
    WITH lately AS (SELECT id, created FROM calls WHERE created >= :since AND error IS NULL AND source IS NULL)
    SELECT (SELECT count(DISTINCT trial) FROM call_trials WHERE call IN (SELECT id FROM lately)),
        (SELECT min(created) FROM lately)"""

TABLES = {
    "sittings": """
        SELECT number, model, persona, inventory, language, form, elicitation, reply, replicate, id AS sitting
        FROM sittings WHERE current ORDER BY number""",
    # without what a sitting's trials share: said a hundred thousand times, it would take as long as all the rest
    "answers": """
        SELECT s.number, t.id AS trial, t.kind, t.item, t.shown, a.outcome, a.chosen, a.position, a.expected, a.label_mass,
            a.likelihood, a.near_tie, c.text AS reply_text
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id LEFT JOIN calls c ON c.id = a.call
        WHERE s.current AND t.kind != 'task' ORDER BY s.number, t.step, t.line""",
    "texts": """
        SELECT t.id AS trial, c.text FROM sittings s JOIN trials t ON t.sitting = s.id JOIN call_trials x ON x.trial = t.id
            JOIN calls c ON c.id = x.call
        WHERE s.current AND t.kind = 'task' AND c.error IS NULL AND c.text IS NOT NULL ORDER BY c.id""",
    "calls": """
        SELECT c.id AS call, ct.trial, ct.line, t.sitting, t.kind, t.item, c.prompt, c.attempt, c.text, c.thinking, c.error,
            c.finish, c.distribution, c.seconds, c.tokens_in, c.tokens_out, c.tokens_thinking, c.cost, c.source, c.created
        FROM calls c JOIN call_trials ct ON ct.call = c.id JOIN trials t ON t.id = ct.trial ORDER BY c.id, ct.line""",
    "distributions": """
        SELECT t.id AS trial, c.distribution FROM sittings s JOIN trials t ON t.sitting = s.id JOIN answers a ON a.trial = t.id
            JOIN calls c ON c.id = a.call
        WHERE s.current AND s.elicitation = 'choice' AND t.kind = 'item' AND c.distribution IS NOT NULL""",
    "label_distributions": """
        SELECT t.id AS trial, c.distribution FROM sittings s JOIN trials t ON t.sitting = s.id JOIN answers a ON a.trial = t.id
            JOIN calls c ON c.id = a.call
        WHERE s.current AND s.elicitation != 'likelihood' AND t.kind = 'item' AND c.distribution IS NOT NULL""",
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
    "outcomes": """
        SELECT s.model, s.elicitation, s.inventory, count(*) AS trials, sum(a.outcome IS NULL) AS pending,
            total(a.outcome = 'answered') AS answered, total(a.outcome = 'refused') AS refused,
            total(a.outcome = 'ambiguous') AS ambiguous, total(a.outcome = 'off_scale') AS off_scale,
            total(a.outcome = 'unreadable') AS unreadable, total(a.outcome = 'missing') AS missing,
            total(a.near_tie) AS near_ties, avg(a.label_mass) AS label_mass, avg(a.label_mass < 0.1) AS low_mass
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id
        WHERE s.current AND t.kind != 'task' GROUP BY 1, 2, 3 ORDER BY min(s.number)""",
    "progress": """
        SELECT s.model, s.elicitation, s.inventory, count(*) AS trials, count(a.trial) AS answers,
            sum(coalesce(a.outcome = 'answered', 0)) AS answered
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id
        WHERE s.current AND t.kind != 'task' GROUP BY 1, 2, 3 ORDER BY min(s.number)""",
}

# good replies that are likelihoods of an item's sentences: they have no printed options
LIKELIHOODS = """
    SELECT c.id AS call, t.id AS trial, c.distribution, s.inventory, s.language, s.elicitation, t.item
    FROM calls c JOIN call_trials x ON x.call = c.id JOIN trials t ON t.id = x.trial JOIN sittings s ON s.id = t.sitting
    WHERE c.error IS NULL AND s.elicitation = 'likelihood' AND t.kind = 'item' ORDER BY c.id"""

# all that a record holds, for a bundle; sittings of former plans come last
PLANNED = """
    SELECT s.id AS sitting, s.number, s.model, s.persona, s.inventory, s.language, s.form, s.elicitation, s.reply, s.replicate,
        s.current, t.id AS trial, t.kind, t.item, t.step, t.line, t.shown, t.options
    FROM sittings s JOIN trials t ON t.sitting = s.id ORDER BY s.current DESC, s.number, s.id, t.step, t.line"""
PROMPTS = "SELECT prompt FROM calls GROUP BY prompt ORDER BY min(id)"
SENT = """
    SELECT x.trial, c.prompt FROM trials t JOIN call_trials x ON x.trial = t.id JOIN calls c ON c.id = x.call
    WHERE t.sitting = ? AND x.line = 0"""
ASKED = """
    SELECT count(*) AS calls, coalesce(sum(error IS NOT NULL), 0) AS failed_calls, sum(cost) AS usd,
        sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, min(created) AS first_reply, max(created) AS last_reply
    FROM calls"""

# every exchange, good or failed, once for each trial that it was about
REPLIES = """
    FROM call_trials x JOIN calls c ON c.id = x.call JOIN trials t ON t.id = x.trial JOIN sittings s ON s.id = t.sitting
        LEFT JOIN answers a ON a.trial = t.id AND a.call = c.id"""
REPLY_OUTCOME = "CASE WHEN c.error IS NOT NULL THEN 'failed' ELSE coalesce(a.outcome, 'not read') END"

# Of what was read from a damaged file, in this order; a name means that the statement counts. An answer names its call, and
# one call is about all trials of a step: so most links can be told even where their own page is lost.
MENDING = {
    "link": (
        # printed options of former plans, which nobody can print again
        ("", "CREATE TEMP TABLE unprinted AS SELECT id FROM trials WHERE options NOT IN (SELECT hash FROM texts)"),
        ("", "UPDATE trials SET options = NULL WHERE options NOT IN (SELECT hash FROM texts)"),
        # a call is about one step: a link to another, of which answers and call_trials say different things, is wrong
        ("", """CREATE TEMP TABLE apart AS SELECT call, trial FROM (SELECT call, trial FROM call_trials UNION ALL SELECT call, trial FROM answers)
            GROUP BY call, trial HAVING count(*) = 1 AND call IN (SELECT x.call FROM (SELECT call, trial FROM call_trials
            UNION SELECT call, trial FROM answers) x JOIN trials t ON t.id = x.trial GROUP BY x.call HAVING count(DISTINCT t.sitting || t.step) > 1)"""),
        ("", "DELETE FROM call_trials WHERE (call, trial) IN (SELECT call, trial FROM temp.apart)"),
        ("", "DELETE FROM answers WHERE (call, trial) IN (SELECT call, trial FROM temp.apart)"),
        ("", "DROP TABLE temp.apart"),
        ("", "INSERT OR IGNORE INTO call_trials SELECT a.call, a.trial, t.line FROM answers a JOIN trials t ON t.id = a.trial"),
        ("", """INSERT OR IGNORE INTO call_trials SELECT x.call, u.id, u.line FROM call_trials x JOIN trials t ON t.id = x.trial
            JOIN trials u ON u.sitting = t.sitting AND u.step = t.step"""),
        ("lost_calls", """SELECT max(coalesce((SELECT max(id) FROM calls), 0), coalesce((SELECT max(call) FROM call_trials), 0))
            - (SELECT count(*) FROM calls)"""),
        ("", "DELETE FROM call_trials WHERE call NOT IN (SELECT id FROM calls)"),
        ("", "DELETE FROM answers WHERE call NOT IN (SELECT id FROM calls)"),
        # their answers are not known, and no reply to them can be read: a study that asks them again finds them pending
        ("", """DELETE FROM trials WHERE id IN (SELECT id FROM temp.unprinted) AND id IN (SELECT trial FROM call_trials)
            AND id NOT IN (SELECT trial FROM answers)"""),
        ("", "DELETE FROM call_trials WHERE trial IN (SELECT id FROM temp.unprinted) AND trial NOT IN (SELECT trial FROM answers)"),
        ("", "DROP TABLE temp.unprinted"),
    ),
    "forget": (
        ("", "DELETE FROM trials WHERE sitting NOT IN (SELECT id FROM sittings)"),
        ("", "DELETE FROM call_trials WHERE trial NOT IN (SELECT id FROM trials)"),
        ("", "DELETE FROM answers WHERE trial NOT IN (SELECT id FROM trials)"),
    ),
    "count": (
        ("calls", "SELECT count(*) FROM calls"),
        ("unlinked_calls", "SELECT count(*) FROM calls WHERE id NOT IN (SELECT call FROM call_trials)"),
    ),
}  # fmt: skip
