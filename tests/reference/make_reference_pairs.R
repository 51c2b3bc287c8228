# Reference values for the measures of paired answers: `Rscript make_reference_pairs.R` in this folder.
# Base R and jsonlite; all data are simulated here. Writes divergence_pairs.json.

RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(41)

five <- function(x, y, tau = 1) {
  use <- !is.na(x) & !is.na(y); x <- x[use]; y <- y[use]; cx <- x - mean(x); cy <- y - mean(y)
  c(cosine = sum(x*y)/sqrt(sum(x^2)*sum(y^2)), centred_cosine = sum(cx*cy)/sqrt(sum(cx^2)*sum(cy^2)),
    spearman = suppressWarnings(cor(x, y, method = "spearman")), vmd = mean(abs(x - y)), pcp = mean(abs(x - y) <= tau)) }

permutations <- function(n) if (n == 1) matrix(1L) else {
  rest <- permutations(n - 1); do.call(rbind, lapply(1:n, function(k) cbind(k, matrix(setdiff(1:n, k)[rest], ncol = n - 1)))) }

# every permutation: mean of a measure and share of them at least as consistent as the pairs themselves
exact <- function(values, seen) {
  better <- rbind(values[1:3, , drop = FALSE] - seen[1:3], seen["vmd"] - values["vmd", ], values["pcp", ] - seen["pcp"]) >= -1e-9
  list(mean = as.list(rowMeans(values)), share = as.list(setNames(rowMeans(better), names(seen)))) }

answers <- function(persons, items, continuous = FALSE) {            # said and done share a person's level, persons x items
  level <- rnorm(persons, 4, 1.2); draw <- function() { y <- level + matrix(rnorm(persons*items, 0, 1.3), persons)
    if (continuous) round(y, 3) else pmin(pmax(round(y), 1), 7) }
  list(said = draw(), done = draw()) }

over_persons <- function(a, poles) {                                 # whole rows of `done`, within poles
  p <- permutations(nrow(a$said)); p <- p[apply(p, 1, function(o) all(poles[o] == poles)), ]
  exact(apply(p, 1, function(o) five(a$said, a$done[o, ])), five(a$said, a$done)) }

over_items <- function(a) {                                          # one person
  p <- permutations(ncol(a$said)); exact(apply(p, 1, function(o) five(a$said, a$done[, o])), five(a$said, a$done)) }

told <- function(a, ...) list(said = a$said, done = a$done, ...)
survey <- answers(12, 6); survey$done[3, 2] <- NA; survey$said[7, 5] <- NA
small <- answers(5, 4); gaps <- small; gaps$done[2, 3] <- NA; gaps$said[4, 1] <- NA
both_gone <- is.na(gaps$said) | is.na(gaps$done); gaps$said[both_gone] <- NA; gaps$done[both_gone] <- NA
fine <- answers(5, 30, TRUE); fine$said[2, 3] <- NA; fine$done[2, 3] <- NA
one <- answers(1, 6); poles <- c(1, 1, 1, 2, 2)
out <- list(
  made_with = R.version.string,
  survey = told(survey, measures = as.list(five(survey$said, survey$done)), pcp_tau_0 = five(survey$said, survey$done, 0)[["pcp"]]),
  one = told(one, measures = as.list(five(one$said, one$done)), items = over_items(one)),
  small = told(small, persons = over_persons(small, rep(1, 5)), within_poles = over_persons(small, poles)),
  gaps = told(gaps, persons = over_persons(gaps, rep(1, 5)), within_poles = over_persons(gaps, poles)),
  fine = told(fine, persons = over_persons(fine, rep(1, 5))))
jsonlite::write_json(out, "divergence_pairs.json", auto_unbox = TRUE, digits = 10, na = "null", pretty = FALSE)
