"""Words that replies are read by: markers of an answer, refusals, number words. Data for answers.py, all lower case."""

# Before an answer, strongest first. What follows on the same line is the answer.
FINAL = (
    r"final (?:answer|rating|choice|response|score|verdict)(?: is| would be)?",
    r"\\boxed\s*",
    r"(?:endgültige|abschließende) antwort(?: ist| lautet)?",
    r"réponse finale(?: est)?",
    r"respuesta final(?: es)?",
    r"最终答案(?:是|为)?",
    r"最終的な(?:回答|答え)は?",
    r"окончательный ответ",
)
CORRECTION = (
    r"(?:no,? )?(?:wait|hold on)\b[,.:;!—–-]*\s*(?:actually|let me|i(?:'d| would)|make that|it(?:'s| is)|no)?",
    r"\bactually\b[,:]?(?: i(?:'d| would)? (?:say|choose|pick|go with))?",
    r"\b(?:or )?rather\b(?!,? than)[,:]?",
    r"\bcorrection\b[,:]?",
    r"\bon second thoughts?\b[,:]?",
    r"\b(?:i mean|make that|scratch that|i meant)\b[,:]?",
    r"\bi(?:'ll| will)? change (?:it|that|my answer) to\b",
    r"\bbut (?:i(?:'d| would) (?:say|choose|pick|go with))\b",
)
ANSWER = (
    r"(?:my |the |correct |best |selected |chosen )*(?:answer|rating|choice|response|score|selection|reply|pick|option|label)"
    r"(?: for (?:this|the) (?:statement|item|question))?(?: (?:is|would be|will be|has to be|must be)|\s*[:=→-]+|\s*->)",
    r"\bi(?:'d| would| will|'ll| do| must| am going to| have to|'m going to| think i(?:'d| would))?"
    r"(?: probably| likely| personally| rather| simply| just| definitely| have to| honestly)*"
    r" (?:say|choose|chose|pick|select|selected|go with|answer|answered|respond with|rate (?:this|it|myself|that|the statement)"
    r"(?: as)?(?: a)?|rate|give (?:this|it|myself)(?: a)?|opt for|settle on|put|mark|lean (?:toward|towards|to)|assign|respond|circle|land on|stick with|end up with|come down on)"
    r"(?: (?:with|for|is|on|this|it|that|as|at))*",
    r"\b(?:the |this |that )?(?:statement|that|this|it)(?:'s| is| would be)(?: probably| definitely| mostly)?(?=\s*(?:true|false)\b)",
    r"\bi(?:'d| would)? think(?: it(?:'s| is))?(?= (?:option )?[A-Z0-9]\b)",
    r"\bit(?:'s| is| would be|'d be)(?: probably| likely)?(?: a| an)?(?=\s*[\"'*(\[]*(?:option\s*)?\d)",
    r"\b(?:ich (?:würde|wähle|nehme|sage|antworte|entscheide mich für))(?: mit)?",
    r"\b(?:(?:meine |die )?antwort)(?: ist| lautet|:)",
    r"\b(?:je (?:choisis|dirais|réponds|répondrais|choisirais)|(?:ma |la )?réponse(?: est| serait)?\s*:?)",
    r"\b(?:(?:yo )?(?:elijo|diría|escojo|elegiría|respondo)|(?:mi |la )?respuesta(?: es| sería)?\s*:?)",
    r"\b(?:scelgo|direi|(?:la )?(?:mia )?risposta(?: è)?\s*:?)",
    r"\b(?:escolho|diria|(?:a )?(?:minha )?resposta(?: é)?\s*:?)",
    r"\b(?:ik kies|(?:mijn )?antwoord(?: is)?\s*:?)",
    r"(?:我(?:会)?选择?|(?:我的)?(?:答案|选择|回答)(?:是|为)?\s*[::]?)",
    r"(?:私は|(?:私の)?(?:回答|答え)は?\s*[::]?)",
    r"(?:я (?:выбираю|бы выбрал[а]?|отвечаю)|(?:мой )?ответ\s*[:—-]?)",
    r"(?:أختار|(?:إجابتي|الإجابة|الجواب)(?: هي| هو)?\s*:?)",
    r"(?:(?:मेरा )?उत्तर(?: है)?\s*:?|मैं चुनता हूँ)",
    r"(?:저는|(?:제 )?(?:답변|답|대답)(?:은|:)?)",
)
LEAD_IN = (
    r"^(?:sure|certainly|of course|okay|ok|alright|yes|well)?[!,.: ]*(?:here(?:'s| is) my (?:answer|response|rating)[:. ]*)?"
    r"(?:(?:my |the )?(?:final )?(?:answer|rating|choice|response|score|option|number|selection|antwort|réponse|respuesta|risposta|"
    r"resposta|antwoord|答案|回答|答え|ответ|label)(?: is| ist| est| es| è| é)?\s*[:=]?\s*)?(?:option|number|choice|label|answer)?\s*"
    r"(?=\S)"
)

NO_ANSWER = frozenset({"n/a", "na", "n.a.", "none", "no answer", "skip", "pass", "no response", "no comment", "decline", "declined",
                       "prefer not to say", "not applicable", "refuse", "i decline", "no rating", "keine angabe", "keine antwort",
                       "sans réponse", "sin respuesta", "无", "不适用", "無回答", "нет ответа", "[refused]", "refused"})  # fmt: skip

REFUSALS = (
    r"\b(?:i(?:'m| am)|we(?:'re| are)) (?:sorry|afraid)\b",
    r"\bi apologi[sz]e\b",
    r"\b(?:i|we) (?:can(?:no|')t|can not|am unable to|'m unable to|am not able to|'m not able to|won't|will not|must decline to|"
    r"have to decline to|refuse to|decline to|do not wish to|don't wish to|would rather not|prefer not to|'d rather not|'d prefer not to|"
    r"would prefer not to|could not|couldn't|shouldn't|should not)\b"
    r"(?:(?! help but)) ?(?:\w+ ){0,3}?(?:answer|respond|rate|choose|provide|assist|help|comply|give|complete|participate|do|select|pick|"
    r"say|share|engage|express|offer|evaluate|assess|discuss|take|fulfil|fulfill|continue|make|describe|determine|apply|have|be|relate|"
    r"agree|claim|indicate|judge|reply)\b",
    r"\bas an? (?:ai|artificial intelligence|large language model|language model|llm|chatbot|assistant|machine|virtual assistant)\b",
    r"\b(?:i(?:'m| am)) (?:just |only |simply )?an? (?:ai|artificial intelligence|large language model|language model|chatbot|computer program|"
    r"machine|virtual assistant|ai (?:assistant|model|language model))\b",
    r"\bi (?:do not|don't|lack|have no)(?: really| actually)?(?: have| possess| experience)?(?: any| a)?(?: personal| human| subjective)*"
    r" (?:feelings?|emotions?|opinions?|personality|experiences?|beliefs?|self|traits?|preferences?|consciousness|views?)\b",
    r"\b(?:i )?(?:decline|refuse)\b(?! (?:to say (?:no|yes)))",
    r"\bi(?:'d| would)? (?:prefer|rather) not(?: to)?\b",
    r"\b(?:not (?:able|comfortable|appropriate|possible) (?:to|for me to)|unable to) (?:answer|respond|rate|provide|choose|give|say|comment)\b",
    r"\b(?:this|that|the) (?:question|statement|item) (?:does not|doesn't|cannot|can't) (?:apply|be applied|be answered)\b",
    r"\bno comment\b",
    r"\b(?:do not|don't|does not|doesn't|wouldn't|would not) (?:feel|think|believe|be)\b[^.\n]{0,40}\b(?:comfortable|honest|appropriate|right|meaningful|"
    r"possible|accurate|sense|fair)\b[^.\n]{0,40}\b(?:pick|choose|rate|rating|answer|answering|give|giving|select|claim|respond|say)\w*",
    r"\b(?:won't|will not|cannot|can't|not going to) (?:roleplay|role-play|pretend|simulate|play)\b",
    r"\bagainst my (?:guidelines|policy|policies|programming)\b",
    r"\b(?:es tut mir leid|tut mir leid|als (?:ki|künstliche intelligenz|sprachmodell|ki-(?:modell|sprachmodell|assistent))|"
    r"(?:ich )?(?:kann|möchte|darf) (?:ich )?(?:diese frage |das |darauf |dazu |die frage )?(?:leider )?(?:nicht|keine)(?: \w+)? "
    r"(?:beantworten|antworten|bewerten|geben|angabe|aussage|sagen))",
    r"\b(?:je suis désolée?|désolée?|en tant qu(?:'|e )(?:ia|intelligence artificielle|modèle)|je ne (?:peux|souhaite|veux) pas|"
    r"je préfère ne pas)",
    r"\b(?:lo siento|como (?:ia|una? (?:ia|inteligencia artificial|modelo))|no puedo (?:responder|contestar|evaluar)|prefiero no)",
    r"\b(?:mi dispiace|come (?:ia|modello|intelligenza artificiale)|non posso rispondere|preferisco non)",
    r"\b(?:desculpe|sinto muito|como (?:uma ia|modelo)|não posso responder|prefiro não)",
    r"(?:抱歉|对不起|對不起|作为(?:一个|一種|一名)?(?:ai|人工智能|语言模型)|作為(?:一個)?(?:ai|人工智慧|語言模型)|我(?:无法|不能|無法)|我没有(?:个人|情感|感受))",
    r"(?:申し訳(?:ありません|ございません)|すみません|aiとして|私はai|お答え(?:できません|することはできません)|回答できません|答えられません)",
    r"(?:извините|к сожалению|простите|как (?:ии|искусственный интеллект|языковая модель)|я не могу (?:ответить|отвечать|дать|выбрать|оценить)|"
    r"у меня нет (?:личных|личности|чувств|эмоций))",
    r"(?:عذراً|عذرا|آسف|أعتذر|لا أستطيع|لا يمكنني|بصفتي|كنموذج)",
    r"(?:क्षमा करें|माफ़ करें|माफ करें|मैं एक एआई|मैं उत्तर नहीं|मैं जवाब नहीं)",
    r"(?:죄송합니다|죄송하지만|ai로서|인공지능|답변할 수 없|대답할 수 없|답할 수 없)",
    r"\b(?:het spijt me|als ai|ik kan (?:deze vraag )?niet|przepraszam|jako (?:ai|model językowy)|nie mogę odpowiedzieć|üzgünüm|yapay zeka)",
)

# One word alone, or where an answer must stand; as article or pronoun they mean nothing.
SINGLE_LETTER_WORDS = frozenset({"i"})

# Option texts that prose uses for other things: they count only as a whole answer.
TOO_COMMON = frozenset(
    {"yes", "no", "true", "false", "sometimes", "often", "never", "always", "right", "left", "half and half"}
)

# Words that may follow a number that is an answer; a number before any other word counts something.
AFTER_AN_ANSWER = frozenset(
    [
        "because",
        "since",
        "as",
        "on",
        "out",
        "for",
        "is",
        "was",
        "would",
        "and",
        "or",
        "but",
        "to",
        "in",
        "here",
        "probably",
        "maybe",
        "please",
        "given",
        "if",
        "when",
        "it",
        "this",
        "that",
        "i",
        "i'd",
        "my",
        "meaning",
        "which",
        "so",
        "rather",
        "not",
        "with",
        "from",
        "at",
        "seems",
        "fits",
        "feels",
        "best",
        "describes",
        "applies",
        "by",
        "then",
        "instead",
        "actually",
        "agree",
        "disagree",
        "strongly",
        "slightly",
        "moderately",
        "very",
        "neither",
        "somewhat",
        "weil",
        "denn",
        "da",
        "und",
        "oder",
        "von",
        "auf",
        "ist",
        "aber",
        "passt",
        "da",
        "parce",
        "car",
        "et",
        "ou",
        "sur",
        "est",
        "mais",
        "porque",
        "ya",
        "y",
        "o",
        "es",
        "pero",
        "sobre",
        "de",
        "en",
        "per",
        "perché",
        "e",
        "pois",
        "mas",
        "want",
        "bo",
        "geben",
        "sagen",
        "nehmen",
        "wählen",
        "antworten",
        "ankreuzen",
        "means",
        "apply",
        "applies",
        "geht",
        "wäre",
        "would's",
        "i",
        "points",
        "point",
        "stars",
        "star",
        "the",
        "a",
    ]
)

NUMBERS = {
    0: "zero null zéro cero ноль صفر शून्य 零 〇 ゼロ 영",
    1: "one eins un une uno una um uma один واحد एक 一 壹 いち 일 하나 een één jeden bir",
    2: "two zwei deux dos due dois duas два اثنان दो 二 贰 两 に 이 둘 twee dwa iki",
    3: "three drei trois tres tre três три ثلاثة तीन 三 叁 さん 삼 셋 drie trzy üç",
    4: "four vier quatre cuatro quattro quatro четыре أربعة चार 四 肆 よん 사 넷 cztery dört",
    5: "five fünf cinq cinco cinque пять خمسة पाँच पांच 五 伍 ご 오 다섯 vijf pięć beş",
    6: "six sechs seis sei шесть ستة छह छः 六 陆 ろく 육 여섯 zes sześć altı",
    7: "seven sieben sept siete sette sete семь سبعة सात 七 柒 なな 칠 일곱 zeven siedem yedi",
    8: "eight acht huit ocho otto oito восемь ثمانية आठ 八 捌 はち 팔 여덟 osiem sekiz",
    9: "nine neun neuf nueve nove девять تسعة नौ 九 玖 きゅう 구 아홉 negen dziewięć dokuz",
    10: "ten zehn dix diez dieci dez десять عشرة दस 十 拾 じゅう 십 열 tien dziesięć on",
}
