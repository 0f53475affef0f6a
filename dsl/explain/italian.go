package explain

import (
	"regexp"
	"strings"
)

var italian = table{tidy: contract, words: map[string]string{
	"decimal point": ",",

	"study":          "Lo studio {0} interroga l'insieme di dati {1}.",
	"study.version":  "{0} (versione {1})",
	"study.purpose":  "Il testo indica queste finalità: {0}.",
	"study.approval": "Il testo indica questa approvazione: {0}.",
	"study.plan":     "Questa spiegazione è ricavata dal piano che verrebbe eseguito, {0}.",

	"cohort":          "Coorte {0}",
	"cohort.index":    "La data indice di una persona è {0}. Chi non ne ha una non fa parte della coorte.",
	"cohort.fixed":    "La data indice di tutti è {0}.",
	"cohort.all":      "Chiunque abbia una data indice fa parte della coorte.",
	"cohort.rules":    "Si applicano queste regole, in quest'ordine; chi resta fa parte della coorte.",
	"include":         "restano solo le persone per cui è vero che {0}.",
	"include.unknown": "Se per un dato mancante non si può stabilire, la persona è tolta.",
	"exclude":         "sono tolte le persone per cui è vero che {0}.",
	"exclude.unknown": "Se per un dato mancante non si può stabilire, la persona resta.",

	"reports":           "Che cosa viene rilasciato, dopo il controllo statistico della riservatezza",
	"report":            "nella coorte {1}: {0}.",
	"report.value":      "Il numero è {0}, cioè {1}{2}.",
	"report.unit":       ", in {0}",
	"kind.count":        "il numero di persone",
	"kind.attrition":    "il numero di persone che restano dopo ogni regola, distinguendo quelle con un dato non registrato",
	"kind.table":        "il numero di persone in ogni gruppo",
	"kind.summary":      "il numero di persone, la media e la deviazione standard di un numero",
	"dimension":         "Le persone sono suddivise per {0}, cioè secondo {1}, in questi gruppi: {2}.",
	"dimension.bool":    "Le persone sono suddivise per {0}, cioè a seconda che sia vero o no che {1}, in questi gruppi: {2}.",
	"dimension.unknown": "Le persone con il dato non registrato formano un gruppo a parte.",
	"band":              "da {0} a meno di {1}",
	"band.below":        "meno di {0}",
	"band.from":         "{0} e oltre",
	"band.all":          "tutti",

	"set.source":      "registrazioni di {0}",
	"set.observation": "periodi di osservazione",
	"set.codes":       "{0} con un codice di {1}",
	"set.without":     "{0}, senza gli argomenti protetti ({1})",
	"set.where":       "{0}, tali che {1}",
	"set.where.named": "{0}, ciascuna detta {2}, tali che {1}",
	"set.apart":       "{0}, contando solo quelle ad almeno {1} dalla precedente contata",
	"set.union":       "registrazioni di uno qualsiasi di questi tipi: [{0}]",
	"set.episodes":    "serie continue ({0}; unite quando tra loro non passano più di {1})",
	"codes.one":       "1 codice",
	"codes.many":      "{0} codici",
	"codes.named":     "{0} ({1})",
	"codes.unnamed":   "un elenco ({0})",

	"bound.start":         "{0} che iniziano {1}",
	"bound.end":           "{0} che finiscono {1}, o che iniziano allora se la fine non è registrata",
	"bound.open-end":      "{0} che finiscono {1} o la cui fine non è registrata",
	"bound.end.and":       "{0} e che finiscono {1}, o che iniziano allora se la fine non è registrata",
	"bound.open-end.and":  "{0} e che finiscono {1} o la cui fine non è registrata",
	"time <":              "prima di {0}",
	"time <=":             "non dopo {0}",
	"time >":              "dopo {0}",
	"time >=":             "non prima di {0}",
	"time.on":             "il giorno che è {0}",
	"time.from":           "da {0} a {1}",
	"time.before":         "entro {0} prima di {1}",
	"time.after":          "entro {0} dopo {1}",
	"time.of":             "entro {0} prima o dopo {1}",
	"time.between.before": "tra {0} e {1} prima di {2}",
	"time.between.after":  "tra {0} e {1} dopo {2}",

	"exists":          "ci sono {0}",
	"none":            "non ci sono {0}",
	"exists >=":       "ci sono almeno {0} {1}",
	"exists <=":       "ci sono al massimo {0} {1}",
	"exists <":        "ci sono meno di {0} {1}",
	"exists >":        "ci sono più di {0} {1}",
	"exists =":        "ci sono esattamente {0} {1}",
	"exists !=":       "non ci sono esattamente {0} {1}",
	"exists >=.start": "ci sono, in almeno {0} giorni diversi, {1}",
	"exists <=.start": "ci sono, in al massimo {0} giorni diversi, {1}",
	"exists <.start":  "ci sono, in meno di {0} giorni diversi, {1}",
	"exists >.start":  "ci sono, in più di {0} giorni diversi, {1}",
	"exists =.start":  "ci sono, in esattamente {0} giorni diversi, {1}",
	"exists !=.start": "ci sono, in un numero di giorni diversi che non è {0}, {1}",
	"exists >=.code":  "ci sono, con almeno {0} codici diversi, {1}",
	"exists <=.code":  "ci sono, con al massimo {0} codici diversi, {1}",
	"exists <.code":   "ci sono, con meno di {0} codici diversi, {1}",
	"exists >.code":   "ci sono, con più di {0} codici diversi, {1}",
	"exists =.code":   "ci sono, con esattamente {0} codici diversi, {1}",
	"exists !=.code":  "ci sono, con un numero di codici diversi che non è {0}, {1}",
	"registered":      "la persona è in osservazione a {0}",
	"observed":        "la persona è in osservazione per tutto il tempo da {0} a {1}",

	"word =": "{0} è {1}", "word !=": "{0} non è {1}", "word <": "{0} viene prima di {1}", "word <=": "{0} non viene dopo {1}",
	"word >": "{0} viene dopo {1}", "word >=": "{0} non viene prima di {1}",
	"number <": "{0} è sotto {1}", "number <=": "{0} è al massimo {1}", "number >": "{0} è sopra {1}", "number >=": "{0} è almeno {1}",
	"date <": "{0} è prima di {1}", "date <=": "{0} non è dopo {1}", "date >": "{0} è dopo {1}", "date >=": "{0} non è prima di {1}",

	"and":       "{0}, e {1}",
	"and.list":  "valgono tutte queste condizioni: {0}",
	"or":        "{0}, oppure {1}",
	"or.list":   "vale almeno una di queste condizioni: {0}",
	"not":       "non è vero che {0}",
	"at least":  "valgono almeno {0} di queste condizioni: {1}",
	"in":        "{0} è {1}",
	"in codes":  "{0} è un codice di {1}",
	"missing":   "manca il dato registrato per {0}",
	"known":     "c'è un dato registrato per {0}",
	"in cohort": "la persona fa parte della coorte {0}",
	"always":    "sempre",
	"never":     "mai",
	"unknown":   "non si sa",
	"holds":     "{0} è vero",
	"whether":   "se {0}",
	"list.or":   "{0} o {1}",
	"list.and":  "{0} e {1}",

	"index":                "la data indice",
	"index of":             "la data indice nella coorte {0}",
	"attribute":            "il dato {0} della persona",
	"attribute.sex":        "il sesso",
	"attribute.gender":     "il genere",
	"attribute.birth_date": "la data di nascita",
	"attribute.death":      "la data di morte",
	"attribute.site":       "il centro",
	"attribute.province":   "la provincia",
	"column":               "il campo {0}",
	"column.start":         "l'inizio",
	"column.end":           "la fine",
	"column.code":          "il codice",
	"column.value":         "il valore",
	"field":                "{0} della registrazione",
	"end":                  "la fine della registrazione (l'inizio, se non è registrata)",
	"field.named":          "{0} di {1}",
	"end.named":            "la fine di {0} (l'inizio, se non è registrata)",
	"end.open.named":       "la fine di {0} (dopo ogni data, se non è registrata)",
	"end.open":             "la fine della registrazione (dopo ogni data, se non è registrata)",
	"count":                "il numero di {0}",
	"count.start":          "il numero di giorni con {0}",
	"count.code":           "il numero di codici diversi in {0}",
	"pick":                 "{0} di {1}",
	"pick.day":             "il giorno di {0}",
	"pick.first":           "la prima tra le {0}",
	"pick.last":            "l'ultima tra le {0}",
	"pick.nth":             "la numero {0}, in ordine di tempo, tra le {1}",
	"pick.nearest":         "la più vicina a {0} tra le {1}",
	"pick.highest":         "quella con il valore più alto tra le {0}",
	"pick.lowest":          "quella con il valore più basso tra le {0}",
	"covered":              "il numero di giorni, da {0} a {1}, coperti da {2}",
	"agg.sum":              "la somma di {0} tra le {1}",
	"agg.mean":             "la media di {0} tra le {1}",
	"agg.median":           "la mediana di {0} tra le {1}",
	"agg.min":              "il minimo di {0} tra le {1}",
	"agg.max":              "il massimo di {0} tra le {1}",
	"agg.sd":               "la deviazione standard di {0} tra le {1}",

	"arith +":         "({0}, più {1})",
	"arith -":         "({0}, meno {1})",
	"arith *":         "({0}, per {1})",
	"arith /":         "({0}, diviso {1}; mancante se questo è zero)",
	"convert":         "{0}, con conversione in {1}",
	"call.abs":        "la grandezza, senza segno, di {0}",
	"call.round":      "{0}, con arrotondamento a un numero intero",
	"call.floor":      "il massimo numero intero non sopra {0}",
	"call.least":      "il minore tra {0}",
	"call.greatest":   "il maggiore tra {0}",
	"before":          "il giorno {0} prima di {1}",
	"after":           "il giorno {0} dopo {1}",
	"before.time":     "il momento {0} prima di {1}",
	"after.time":      "il momento {0} dopo {1}",
	"age":             "l'età in anni compiuti a {0}",
	"age.year":        "l'età raggiunta nell'anno in cui cade {0} (quell'anno meno l'anno di nascita)",
	"elapsed.days":    "il numero di giorni da {0} a {1}",
	"elapsed.weeks":   "il numero di settimane compiute da {0} a {1}",
	"elapsed.months":  "il numero di mesi compiuti da {0} a {1}",
	"elapsed.years":   "il numero di anni compiuti da {0} a {1}",
	"elapsed.hours":   "il numero di ore compiute da {0} a {1}",
	"elapsed.minutes": "il numero di minuti compiuti da {0} a {1}",
	"day":             "il giorno di {0}",
	"part.year":       "l'anno di {0}",
	"part.quarter":    "il trimestre di {0}",
	"part.month":      "il mese di {0}",
	"case":            "una scelta: {0}; altrimenti {1}, ma mancante se un dato mancante non permette la scelta",
	"case.caught":     "una scelta: {0}; altrimenti {1}, anche se un dato mancante non permette la scelta",
	"case.when":       "{0} se {1}",
	"earliest":        "la prima data, tralasciando quelle mancanti, tra {0}",
	"latest":          "l'ultima data, tralasciando quelle mancanti, tra {0}",
	"nothing":         "nulla",
	"true":            "sì",
	"false":           "no",

	"days.one": "1 giorno", "days.many": "{0} giorni", "months.one": "1 mese", "months.many": "{0} mesi", "years.one": "1 anno", "years.many": "{0} anni",
	"minutes.one": "1 minuto", "minutes.many": "{0} minuti",
}}

// articulated are the prepositions that join with an article, with how they begin when they do.
var articulated = map[string]string{"di": "de", "a": "a", "da": "da", "in": "ne"}

var prepositionArticle = regexp.MustCompile(`(^|[\s(\[])(di|a|da|in) (il |la |lo |i |gli |le |l')`)

// contract joins prepositions with articles: "di il" is "del". Quoted labels are left alone.
func contract(s string) string {
	parts := strings.Split(s, "“")
	for i, part := range parts {
		quoted, rest := "", part
		if i > 0 {
			if at := strings.Index(part, "”"); at >= 0 {
				quoted, rest = part[:at], part[at:]
			}
		}
		parts[i] = quoted + prepositionArticle.ReplaceAllStringFunc(rest, joined)
	}
	return strings.Join(parts, "“")
}

func joined(s string) string {
	m := prepositionArticle.FindStringSubmatch(s)
	stem := articulated[m[2]]
	article := strings.TrimSpace(m[3])
	switch article {
	case "il":
		return m[1] + stem + "l "
	case "i":
		return m[1] + stem + "i "
	case "gli":
		return m[1] + stem + "gli "
	case "l'":
		return m[1] + stem + "ll'"
	}
	return m[1] + stem + "l" + article + " "
}
