# Recomputes alpha, omega, intraclass correlations and the factor model of this bundle in R, from the raw answers alone.
#
#   Rscript analysis.R [FOLDER]        (FOLDER: that of the bundle; by default the one in which this file lies)
#
# Reads codebook.csv (keys, scales, values) and wide/INVENTORY.ELICITATION.csv; writes and prints analysis_R.csv.
# Needs psych, GPArotation and lavaan. A person is a model x persona, and all persons of a table are taken together, as
# by `traitscope analyze`: repeats and forms are averaged first, but for "alpha over rows". What R cannot give has no
# value, and R's own words as its note.

suppressPackageStartupMessages({ library(psych); library(GPArotation); library(lavaan) })
options(mc.cores = 1, width = 160)

NOT_OF_FORM <- c("sitting", "model", "persona", "persona_set", "replicate")
FEWEST_FOR_FACTOR <- 3        # items: a factor of fewer is not identified
FEWEST_FOR_HIERARCHY <- 6     # items: fewer cannot carry three group factors
NO_SPREAD <- 1e-9
BOUND <- 0.005                # of a uniqueness, in psych; a solution that reaches it is a Heywood case
WHOLE <- "all"                # the scale of what is about the whole inventory

# ---- Reading ----------------------------------------------------------------------------------------------------

# Not by fileEncoding, which in a locale without UTF-8 drops the rest of a file after the first letter it lacks.
read_text <- function(path) {
  if (!file.exists(path)) stop(path, " is missing: is this the folder of a bundle?", call. = FALSE)
  read.csv(path, colClasses = "character", check.names = FALSE, na.strings = "", encoding = "UTF-8")
}

numbers_in <- function(text) as.numeric(regmatches(text, gregexpr("-?[0-9]+([.][0-9]+)?", text))[[1]])

# Names of items by the scale of `column`, in the order of the codebook.
items_by <- function(book, column) {
  if (!column %in% names(book)) return(list())
  split(book$item, factor(book[[column]], unique(na.omit(book[[column]]))))
}

# Answers as numbers, turned round where the key is -1; a likelihood has no ends to turn between, only a sign.
keyed <- function(wide, book, elicitation) {
  turned <- lapply(seq_len(nrow(book)), function(i) {
    x <- as.numeric(wide[[book$item[i]]])
    key <- as.numeric(book$key[i])
    if (elicitation == "likelihood") x * key else if (key == -1) sum(range(numbers_in(book$values[i]))) - x else x
  })
  as.data.frame(setNames(turned, book$item), check.names = FALSE)
}

# Means of every column by `who`, in order of appearance; NA where nothing was answered.
means_by <- function(x, who) {
  x <- as.matrix(x)
  answers <- rowsum(1 * !is.na(x), who, reorder = FALSE)
  as.data.frame(rowsum(x, who, reorder = FALSE, na.rm = TRUE) / replace(answers, answers == 0, NA))
}

# Scores as persons x levels, means over whatever else a person's rows differ in.
by_level <- function(score, who, level) {
  do.call(cbind, lapply(unique(level), function(each) means_by(ifelse(level == each, score, NA), who)))
}

# ---- A row of the result ----------------------------------------------------------------------------------------

rows <- list()

# Keeps every number of `compute`, a named vector. Where it fails, the statistics `names` are kept with the reason; so
# is a value that is no number.
keep <- function(place, scale, n, names, compute) {
  told <- character()
  heard <- function(condition) told <<- c(told, conditionMessage(condition))
  capture.output(values <- tryCatch(
    withCallingHandlers(
      compute,
      warning = function(w) { heard(w); tryInvokeRestart("muffleWarning") },
      message = function(m) tryInvokeRestart("muffleMessage")
    ),
    error = function(e) { heard(e); setNames(rep(NA_real_, length(names)), names) }
  ))
  words <- trimws(gsub("[[:space:]]+", " ", paste(unique(told), collapse = "; ")))
  given <- is.finite(values)
  rows[[length(rows) + 1]] <<- data.frame(
    statistic = names(values), inventory = place$inventory, elicitation = place$elicitation, scale = scale,
    value = ifelse(given, values, NA), n = n,
    note = ifelse(given | words != "", words, paste("R gave", values)), row.names = NULL
  )
}

# ---- The statistics ---------------------------------------------------------------------------------------------

alphas <- function(x) {
  found <- psych::alpha(x, check.keys = FALSE, warnings = FALSE)$total
  c(alpha = found$raw_alpha, `standardised alpha` = found$std.alpha, `average r` = found$average_r)
}

# Maximum likelihood over complete rows; factors have variance 1. Short names: lavaan does not take every item's id.
fitted_model <- function(x, factors) {
  items <- unlist(factors, use.names = FALSE)
  short <- setNames(paste0("i", seq_along(items)), items)
  lines <- sapply(seq_along(factors), function(f) paste0("f", f, " =~ ", paste(short[factors[[f]]], collapse = " + ")))
  lavaan::cfa(paste(lines, collapse = "\n"), setNames(x[items], short), std.lv = TRUE)
}

# The total's variance as the model has it, and as it was observed (divisor n).
one_factor_omegas <- function(x) {
  fit <- fitted_model(x, list(names(x)))
  estimated <- lavInspect(fit, "est")
  common <- sum(estimated$lambda)^2
  c(`omega total, one factor` = common / (common + sum(diag(estimated$theta))),
    `omega total, observed variance` = common / sum(lavInspect(fit, "sampstat")$cov))
}

# Schmid and Leiman's transformation of three oblique factors; no item is turned round. psych takes no item that is
# constant: where others are enough, it is left out.
hierarchical_omegas <- function(x) {
  flat <- sapply(x, function(item) all(is.na(item)) || diff(range(item, na.rm = TRUE)) <= NO_SPREAD)
  if (any(flat) && sum(!flat) > 3) {
    warning("left out, without variance: ", paste(names(x)[flat], collapse = ", "))
    x <- x[!flat]
  }
  found <- psych::omega(x, nfactors = 3, fm = "minres", rotate = "oblimin", flip = FALSE, plot = FALSE)
  of_factors <- as.numeric(1 - found$schmid$gloading^2)
  left <- c(found$schmid$sl[, "u2"], of_factors)
  at_bound <- unique(c(names(x), rep("general factor", length(of_factors)))[left < BOUND + 1e-4])
  if (length(at_bound)) warning("Heywood case: ", paste(at_bound, collapse = ", "))
  c(`omega hierarchical` = found$omega_h, `omega total` = found$omega.tot)
}

# All six of Shrout and Fleiss (1979) from the analysis of variance, under McGraw and Wong's (1996) names.
ICCS <- c("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")

intraclass <- function(ratings) {
  whole <- complete.cases(ratings)
  if (!all(whole)) warning("without all scores, left out: ", sum(!whole), " persons")
  ratings <- ratings[whole, , drop = FALSE]
  # psych divides one rounding error by another here, and prints what comes out
  if (length(ratings) && diff(range(ratings)) <= NO_SPREAD) stop("all scores are equal: no variance to divide")
  setNames(psych::ICC(ratings, missing = FALSE, lmer = FALSE)$results$ICC, ICCS)
}

FIT <- c(`chi-square` = "chisq", df = "df", CFI = "cfi", TLI = "tli", RMSEA = "rmsea", SRMR = "srmr")

# Fit of the model and standardised loadings; every factor points along its first item.
structure_of <- function(x, factors) {
  fit <- fitted_model(x, factors)
  measures <- fitMeasures(fit, FIT)
  loadings <- lavInspect(fit, "std")$lambda
  first <- cumsum(c(1, lengths(factors)))[seq_along(factors)]
  signs <- sign(loadings[cbind(first, seq_along(factors))])
  c(setNames(as.numeric(measures), names(FIT)),
    setNames(as.numeric(loadings %*% signs), paste("loading of", unlist(factors, use.names = FALSE))))
}

# ---- One file of answers ----------------------------------------------------------------------------------------

analyse <- function(wide, book, place) {
  answers <- keyed(wide, book, place$elicitation)
  who <- paste(wide$model, wide$persona, sep = " / ")
  persons <- means_by(answers, who)
  repeated <- any(duplicated(who))
  printed <- setdiff(grep("^assigned[.]", names(wide), value = TRUE, invert = TRUE), c(book$item, NOT_OF_FORM))
  forms <- Filter(function(name) length(unique(wide[[name]])) > 1, printed)
  domains <- items_by(book, "scale")
  scales <- c(domains, items_by(book, "facet"))
  answered <- function(x) sum(rowSums(!is.na(x)) > 0)
  keep_here <- function(scale, n, names, compute) keep(place, scale, n, names, compute)

  for (scale in names(scales)) {
    items <- scales[[scale]]
    x <- persons[items]
    keep_here(scale, answered(x), c("alpha", "standardised alpha", "average r"), alphas(x))
    if (repeated && !length(forms)) {          # over forms, what the form does would count as spread
      each <- answers[items]
      keep_here(scale, answered(each), "alpha over rows", c(`alpha over rows` = alphas(each)[["alpha"]]))
    }
    if (length(items) >= FEWEST_FOR_FACTOR) {
      keep_here(scale, sum(complete.cases(x)), c("omega total, one factor", "omega total, observed variance"),
                one_factor_omegas(x))
    }
    if (length(items) >= FEWEST_FOR_HIERARCHY) {
      keep_here(scale, answered(x), c("omega hierarchical", "omega total"), hierarchical_omegas(x))
    }
  }
  for (scale in names(domains)) {
    score <- rowMeans(answers[domains[[scale]]], na.rm = TRUE)
    for (factor in c(if (length(unique(wide$replicate)) > 1) "replicate", forms)) {
      ratings <- by_level(score, who, wide[[factor]])
      named <- paste(ICCS, "over", factor)
      keep_here(scale, sum(complete.cases(ratings)), named, setNames(intraclass(ratings), named))
    }
  }
  whole <- persons[unique(unlist(domains))]
  if (length(domains) > 2 && any(lengths(scales) >= FEWEST_FOR_HIERARCHY)) {
    keep_here(WHOLE, answered(whole), "omega hierarchical", hierarchical_omegas(whole)["omega hierarchical"])
  }
  factors <- Filter(function(items) length(items) >= FEWEST_FOR_FACTOR, domains)
  if (length(factors)) {
    complete <- sum(complete.cases(whole[unlist(factors)]))
    keep_here(WHOLE, complete, names(FIT), structure_of(whole, factors))
  }
}

# ---- All of them ------------------------------------------------------------------------------------------------

own_folder <- function() {
  script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  # Rscript writes a space in the path as ~+~
  if (length(script)) dirname(gsub("~+~", " ", script[1], fixed = TRUE)) else "."
}

given <- commandArgs(trailingOnly = TRUE)
folder <- if (length(given)) given[1] else own_folder()
codebook <- read_text(file.path(folder, "codebook.csv"))
for (path in sort(list.files(file.path(folder, "wide"), "[.]csv$", full.names = TRUE))) {
  table <- paste0("wide/", sub("[.]csv$", "", basename(path)))
  book <- codebook[codebook$table == table & !is.na(codebook$item), ]
  analyse(read_text(path), book, list(inventory = book$inventory[1], elicitation = book$elicitation[1]))
}
if (!length(rows)) stop("no answers in ", file.path(folder, "wide"))
result <- do.call(rbind, rows)
write.csv(result, file.path(folder, "analysis_R.csv"), row.names = FALSE, na = "", fileEncoding = "UTF-8")
print(transform(result, value = round(value, 4), note = strtrim(note, 60)), right = FALSE, row.names = FALSE,
      max = 10 * nrow(result))
