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
    r"\b(?:(?:i|he|she|they|persona|character)(?:'d| would| will|'ll| do| must| am going to| have to|'m going to| think i(?:'d| would)|'d have to|"
    r" would have to)?|(?:me|us|and|,) would|i (?:guess|suppose|think|believe) i(?:'d| would|'ll))"
    r"(?: probably| likely| still| now| actually| then| therefore| thus| maybe| perhaps| personally| rather| simply| just| definitely| have to| honestly)*"
    r" (?:say|choose|chose|pick|select|selected|go with|answer|answered|respond with|rate (?:this|it|myself|that|the statement)"
    r"(?: as)?(?: an?\b)?|rate|give (?:this|it|myself|that)(?: an?\b)?|call (?:this|it|myself|that)(?: an?\b)?|describe (?:this|it|myself|that)(?: as)?(?: an?\b)?|opt for|settle (?:on|for)|land (?:on|at)|end up (?:with|at)|"
    r"put (?:this|it|myself|that|me)(?: down)?|put|mark|lean (?:towards?|to)|assign|respond|circle)"
    r"(?: (?:with|for|is|on|this|it|that|as|at))*",
    r"\b(?:ich (?:würde(?: sagen| wählen| antworten)?|wähle|nehme|sage|antworte|entscheide mich für|gebe(?: mir)?))(?: mit)?(?: die| eine| der)?",
    r"\b(?:(?:meine |die )?antwort)(?: ist| lautet|:)",
    r"\b(?:je (?:choisis|dirais|réponds|répondrais|choisirais|mets|mettrais|donne(?:rais)?|prends)|(?:ma |la )?réponse(?: est| serait)?\s*:?)",
    r"\b(?:(?:yo )?(?:elijo|diría|escojo|elegiría|respondo|pongo|pondría|doy|daría|me quedo con)|(?:mi |la )?respuesta(?: es| sería)?\s*:?)",
    r"\b(?:scelgo|direi|sceglierei|rispondo|metto|darei|(?:la )?(?:mia )?risposta(?: è)?\s*:?)",
    r"\b(?:escolho|diria|escolheria|respondo|marco|dou|daria|(?:a )?(?:minha )?resposta(?: é)?\s*:?)",
    r"\b(?:ik (?:kies|zou|antwoord|geef)(?: zeggen| kiezen)?|(?:mijn )?antwoord(?: is)?\s*:?)",
    r"\b(?:wybieram|odpowiadam|(?:moja )?odpowiedź(?: to)?|jag (?:svarar|väljer|skulle säga)|(?:mitt )?svar(?:et)?(?: är)?|cevabım|seçiyorum)\s*:?",
    r"(?:我(?:会|想|要)?(?:给自己打|选择?|給|给|打)|(?:我的)?(?:答案|选择|回答)(?:是|为)?\s*[::]?)",
    r"(?:私は|(?:私の)?(?:回答|答え)は?\s*[::]?)",
    r"(?:я (?:выбираю|бы выбрал[а]?|отвечаю)|(?:мой )?ответ\s*[:—-]?)",
    r"(?:أختار|(?:إجابتي|الإجابة|الجواب)(?: هي| هو)?\s*:?)",
    r"(?:(?:मेरा )?उत्तर(?: है)?\s*:?|मैं चुनता हूँ)",
    r"\bput me down (?:as|for)(?: an?\b)?",
    r"(?:저는|(?:제 )?(?:답변|답|대답)(?:은|:)?)",
)
LEAD_IN = (
    r"^(?:sure|certainly|of course|okay|ok|alright|yes|well)?[!,.: ]*(?:here(?:'s| is) my (?:answer|response|rating)[:. ]*)?"
    r"(?:(?:my |the )?(?:final )?(?:answer|rating|choice|response|score|option|number|selection|antwort|réponse|respuesta|risposta|"
    r"resposta|antwoord|答案|回答|答え|ответ|label)(?: is| ist| est| es| è| é)?\s*[:=]?\s*)?(?:option|number|choice|label|answer|a(?= \d))?\s*"
    r"(?=\S)"
)

NO_ANSWER = frozenset({"n/a", "na", "n.a.", "none", "no answer", "skip", "pass", "no response", "no comment", "decline", "declined",
                       "prefer not to say", "not applicable", "refuse", "i decline", "no rating", "keine angabe", "keine antwort",
                       "sans réponse", "sin respuesta", "无", "不适用", "無回答", "нет ответа", "[refused]", "refused", "none of the above", "null"})  # fmt: skip

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
    r"\b(?:cannot|can't|won't), [^.,]{1,40}, (?:answer|pick|choose|rate|give|say|select)\b",
    r"\bi (?:do not|don't|can(?:no|')t)(?: really| honestly)? (?:feel (?:comfortable|able|right|qualified)|know\b(?! (?:why|if|whether|how|many|much|people|anyone))|think (?:it(?:'s| is| would be)"
    r"|that(?:'s| is)) (?:\w+ )?(?:honest|right|appropriate|accurate|meaningful|fair|possible|useful|ethical))",
    r"\bi(?:'m| am) (?:not|un)(?: really)?(?: comfortable|comfortable| able|able| willing|willing| in a position| qualified| human| a (?:human|person))\b",
    r"\b(?:won't|will not|can(?:no|')t|can not|refuse to|not going to) (?:role-?play|pretend|impersonate|simulate|fake|make up|invent|meaningfully|honestly|truthfully|really|"
    r"in good conscience|rate|pick|answer|give)\b",
    r"\b(?:it )?would(?:n't| not) be (?:honest|right|appropriate|accurate|meaningful|truthful|fair)\b|\bit would be (?:dishonest|misleading|inappropriate|wrong)\b",
    r"\b(?:ich (?:will|werde|kann|möchte) (?:\w+ ){0,4}nicht|je (?:refuse|n'ai pas d[e'])|me niego|no (?:quiero|deseo|tengo)|mi rifiuto|non (?:voglio|ho (?:una )?(?:personalità|emozioni))|"
    r"recuso-me|não (?:tenho|quero)|ik wil niet|odmawiam|nie chcę|отказываюсь|拒绝|拒絶|거부|거절|أرفض|रिफ्यूज|उत्तर नहीं दे|जवाब नहीं दे|svara inte|kan inte|cevap veremem)",
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
    r"(?:申し訳(?:ありません|ございません)|すみません|aiとして|私はai|お答え(?:できません|することはできません)|回答できません|選べません|評価できません|答えられません)",
    r"(?:извините|к сожалению|простите|как (?:ии|искусственный интеллект|языковая модель)|я не могу (?:ответить|отвечать|дать|выбрать|оценить)|"
    r"у меня нет (?:личных|личности|чувств|эмоций))",
    r"(?:عذراً|عذرا|آسف|أعتذر|لا أستطيع|لا يمكنني|بصفتي|كنموذج)",
    r"(?:क्षमा करें|माफ़ करें|माफ करें|मैं एक एआई|मैं उत्तर नहीं|मैं जवाब नहीं)",
    r"(?:죄송합니다|죄송하지만|ai로서|인공지능|답변할 수 없|대답할 수 없|답할 수 없)",
    r"\b(?:het spijt me|als ai|ik kan (?:deze vraag )?niet|przepraszam|jako (?:ai|model językowy)|nie mogę odpowiedzieć|üzgünüm|yapay zeka)",
)

# Label letters that are words of prose; they are labels only where no word can stand.
WORD_LETTERS = frozenset({"a", "i", "e", "o", "y", "à"})

# Option texts that prose uses for other things: they count only where an answer stands.
TOO_COMMON = frozenset(
    {"yes", "no", "true", "false", "sometimes", "often", "never", "always", "rarely", "right", "left", "half and half", "neutral", "seldom",
     "oui", "non", "ja", "nein", "si", "vrai", "faux", "nee", "tak", "nie", "да", "нет", "是", "否", "はい", "いいえ", "예", "아니요", "네"}
)  # fmt: skip

# Words that leave an answer an answer when they are all that stands beside it in its clause.
FILLERS = frozenset(
    """a am an the option options number choice  label rating  answer score of is it it's that that's this be would be'd it'd so hmm hm um uh well
    maybe perhaps probably possibly likely definitely certainly surely absolutely just only simply i i'd i'm i'll me my say said saying guess suppose
    think believe feel reckon here then ok okay sure yes yeah fine sorry and or to either both between somewhere about around like roughly now today
    honestly frankly personally overall still fits fit best better suits right closest close seems feels sounds works most more honest accurate
    appropriate describes for myself statement item question please thanks thank you final solid strong clear firm simple plain even rather instead
    actually wait no let go going with too had pressed hence therefore thus must as on by at will mine lean toward towards
    depending sometimes and/or first second third fourth fifth one case him her them us true person description character persona mean
    assistant response applies apply fitting good also really point points out all in lol haha matey arr be darlin' sir
    der die das den dem ein eine einen einer eher wohl vielleicht wahrscheinlich also ist es ich würde sage sagen nehme wähle und oder bis option zahl
    antwort punkt punkte für mich hier ja dann ganz klar eindeutig trifft zu geben wählen mir zwischen
    le la les un une du plutôt peut-être c'est est je dirais donc et ou à pour moi réponse note option sans doute oui ce serait entre alors mettrais choisis aujourd'hui
    el los las unos una uno quizá quizás tal vez es sería yo diría entonces y o a para mí mi respuesta opción número puede ser creo que sí entre hoy elijo pongo
    il lo gli forse direi è sarebbe quindi e per me risposta opzione numero scelgo tra fra allora penso oggi
    os as um uma talvez seria eu diria então ou para mim resposta opção escolho entre hoje acho
    het een misschien dus ik zou zeggen en of tot voor mij antwoord nu keuze
    to więc może chyba i albo lub dla mnie odpowiedź albo
    это я бы сказал сказала скорее наверное пожалуй значит и или для меня ответ мой думаю тогда
    och eller kanske jag svarar så för mig ve veya belki bence cevabım
    أو و ربما إذن هو هي إجابتي الرقم رقم या और शायद मेरा उत्तर है तो
    분 또는 혹은 아니면 아마 저는 그럼 와 과 정답은 답은""".split()  # noqa: SIM905
)
# The same where words have no spaces between them.
FILLER_SIGNS = (
    r"(?:我(?:会|想|要|的|觉得|认为)?|选择?|答案|回答|应该|大概|可能|也许|是|为|给|打|或者?|和|到|至|还是|那么|就|分|个|号|项|吧|了|的|这|对我来说|"
    r"です|だと思います|と思います|でしょう|かな|ですかね|だ|を(?:選びます|選択します)?|に(?:します)?|が|は|私|または|か|や|から|たぶん|おそらく|番|点|と|「|」|、|"
    r"번(?:입니다|이에요)?|점(?:입니다)?|입니다|이에요|예요|이다|을|를|선택합니다|선택하겠습니다|로|으로|할게요|이나|나)"
)

# What turns the mentions after it in its clause away from the answer; a clause is short.
NEGATION = (
    r"\b(?:not|never|cannot|cant|wont|dont|neither|nor|without|than|instead of|rather than|anything but|all but|everything but|hardly|barely|tempted|consider(?:ed|ing)?|"
    r"less|more|higher|lower|greater|fewer|above|below|over|under|beyond|exclude|except|excluding|avoid|against|almost|nearly|far from|refuse|decline|unlike|argument|arguments|"
    r"hesita\w+|reluctant\w*|doubt\w*|stop short|refrain|resist|deny|unwilling|as far as|so far as|almost said|used to|initially|previously|torn|means?|meaning|candidate|nicht|kein\w*|nie|niemals|weder|statt|ausser|ueber|über|unter|mehr|weniger|"
    r"pas|jamais|ni|plus de|moins de|sauf|aucun\w*|nunca|jamas|sin|menos|excepto|más de|non|mai|tranne|meno di|più di|nao|exceto|niet|geen|nooit|nie|не|ни|кроме|нет|больше|меньше|"
    r"inte|ingen|degil|no)\b|n't\b|不是|不会|不選|不选|不想|没有|并非|ではな|じゃな|\bals (?:eine )?$|아니|لا |ليس|नहीं|मत "
)
# The same after a mention.
DISMISSED = (
    r"[\"')\]*]*\s+(?:(?:would|could|might|will|may)(?: be|n't| not| have)?|is|are|was|were|seems?|feels?|sounds?|looks?|goes|ist|est|es|e|waere|serait|seria|sarebbe|isn't|doesn't|wouldn't)?\s*"
    r"(?:(?:just|a bit|a little|a tad|far|way|much|also|simply|really|ein bisschen|un peu|un poco|un po')\s+)*"
    r"(?:too|out\b(?! of)|overkill|a stretch|wrong|extreme|excessive|harsh|off\b|not\b|n't|isn't|doesn't|wouldn't|overstat|exaggerat|dishonest|misleading|fabricat|inaccurate\b(?= of)|mean\b|means\b|"
    r"zu (?:viel|hoch|niedrig|wenig|stark)|nicht|trop|pas\b|demasiado|no\b|troppo|non\b|demais|te (?:veel|hoog|laag))|\s*\?\s*(?:no|nope|nah|not|never|hardly|nein|non|niet|нет)\b|\s*(?:太高|太低|太多|は高すぎ|は低すぎ|ではな|じゃな|이 아니|가 아니|는 아니|わけではな|とは(?:言え|思わ|限ら))"
)
# Sayings in which an option's word means nothing.
IDIOMS = r"\b(?:never say never|better late than never|now or never|more often than not|as often as not|true to (?:form|life|myself)|yes[- ]m[ae]n)\b"
# What makes a question of a mention.
ASKED = r"\b(?:why|you|what|who|should|how|when|does|warum|wieso|pourquoi|por que|perche|waarom|почему)\b"
# A bound is no answer: it leaves several.
BOUND_BEFORE = r"[<≤≥]\s*=?\s*$|>=\s*$|\b(?:at least|at most|no (?:more|less|lower|higher) than|up to|minimum|maximum|mindestens|höchstens|au moins|au plus|al menos|como mucho|almeno|al massimo|pelo menos|не менее|минимум)\b|至少|最多|少なくとも|최소|적어도"
BOUND_AFTER = r"\s*(?:\+(?!\w)|(?:or|and) (?:more|higher|above|less|lower|below|up|greater)\b|(?:oder|und) (?:mehr|höher|weniger)|ou (?:plus|moins)|o (?:más|menos|più|meno)|以上|以下|이상|이하)"

# Where a clause ends, besides punctuation.
CLAUSE_WORDS = (
    r"(?<!anything )(?<!everything )(?<!all )\bbut\b|\b(?:so|hence|therefore|thus|yet|however|nevertheless|although|though|because|since|aber|sondern|weil|denn|"
    r"daher|deshalb|mais|donc|car|parce que|puisque|pero|sino|porque|ya que|asi que|ma|bensi|quindi|perche|poiche|mas|portanto|pois|maar|(?<=, )want|dus|ale|lecz|bo|poniewaz|но|а|потому что|поэтому|так как|"
    r"men|utan|ama|çünkü|cunku|لكن|لأن|लेकिन|क्योंकि|तो)\b|因为|因為|但是?|所以|而是|不过|けど|けれど|ので|しかし|でも|하지만|그래서|때문에"
)
LINK = r"(?:or|and|to|through|and/or|maybe|perhaps|possibly|even|nor|either|a|an|the|option|if not|verging on|bordering on|oder|und|bis|vielleicht|eher|ou|et|peut-être|voire|o|u|y|e|quizás|tal vez|forse|talvez|of|en|tot|albo|lub|i|или|и|может быть|eller|och|veya|ve|أو|या|或者?|和|到|至|还是|か|や|または|또는|이나|나|혹은)"

# Words of degree: beside the words of an option they make other words of it.
DEGREE = (
    r"(?:strongly|somewhat|slightly|completely|totally|very|fully|partially|partly|mostly|moderately|kind of|sort of|quite|absolutely|wholeheartedly|generally|mildly|"
    r"extremely|largely|tend to|a little|a bit|a lot|fairly|really|highly|definitely|entirely|much|more|less|pretty|rather|vehemently|firmly|"
    r"völlig|sehr|eher|teilweise|ganz|voll|überhaupt|etwas|stark|plutôt|très|assez|un peu|moyennement|partiellement|tout à fait|fortement|muy|bastante|algo|un poco|poco|"
    r"parcialmente|totalmente|completamente|abbastanza|molto|parzialmente|del tutto|muito|um pouco|plenamente|raczej|zdecydowanie|całkowicie|скорее|полностью|совершенно|частично|абсолютно|"
    r"helemaal|enigszins|een beetje|kesinlikle|kısmen|biraz|helt|delvis|بشدة|تماما|إلى حد ما|पूरी तरह|थोड़ा|कुछ हद तक)"
)
DEGREE_SIGNS = r"(?:不|没|比较|非常|很|太|有点|十分|稍微|部分|强烈|完全|基本|とても|やや|あまり|まったく|少し|かなり|매우|전혀|약간|별로|다소)\s*"
# One-word degrees that may stand before or after: "strongly disagree" is "disagree strongly".
TURNING = frozenset(
    {
        "strongly",
        "moderately",
        "slightly",
        "completely",
        "totally",
        "somewhat",
        "extremely",
        "fully",
        "partly",
        "mildly",
        "totalmente",
        "completamente",
    }
)

# Words whose number counts or names something.
UNITS = (
    r"(?:years?|times?|reasons?|people|persons?|minutes?|hours?|days?|weeks?|months?|points?|things?|options?|friends?|parties|kids?|children|cats?|dogs?|o'clock|am|pm|nights?|colleagues|statements?|"
    r"jahre?n?|kinder[n]?|mal|ans|fois|enfants?|años?|hijos|veces|anni|figli|volte|amici|anos|filhos|vezes|jaar|kinderen|лет|года?|раз[а]?|детей|歳|年|回|人|日|個|岁|次|个|天|월|일|년|살|명|시간)"
)
# fields of JSON that programs write, none of which is an answer
FIELDS_OF_RECORDS = """
    item id trial persona replicate sitting outcome error message usage example examples code status index choices tokens total_tokens confidence
    seed temperature schema type min max scale n count page step time model top_p object created tool arguments limit version
"""
NAMED_BEFORE = r"(?:vitamin|plan|type|grade|class|generation|team|hepatitis|war|chapter|part|volume|level|world|section|appendix|phase|step|item|question|block|category|group|tier|mrs?\.?|ms\.?|dr\.?|prof\.?)"
LABEL_NOUNS = frozenset(
    {
        "option",
        "choice",
        "answer",
        "label",
        "letter",
        "number",
        "rating",
        "choose",
        "maybe",
        "say",
        "both",
        "either",
        "definitely",
        "probably",
        "not",
    }
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
# Of these, what is also an article, a pronoun or half of another word: a number only as a whole reply.
WEAK_NUMBERS = frozenset(
    """one un une uno una um uma on deux dos a sei ten een een één ett bir eins واحد एक दो नौ दस छह on iki üç beş
    一 二 三 四 五 六 七 八 九 十 〇 이 일 삼 사 오 육 칠 팔 구 십 둘 셋 넷 열 에 に ご""".split()  # noqa: SIM905
)
