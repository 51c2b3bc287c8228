# Reference values for the scores of answered scenarios (psychometrics/trait_scores.py).
#
#   Rscript make_reference_trait_scores.R     (in the folder of this file; writes divergence_trait_scores.json)
#
# The trials are simulated here with a fixed seed. Base R and jsonlite. The scores are written with aggregate() and loops over
# whole keys, the interval with a loop over resamples: nothing of the design of the tested code.

library(jsonlite)
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(21)
options <- c("high1", "low1", "high2", "low2")

d <- expand.grid(order = c("printed", "swapped"), template = c("letters", "numbers", "bare"),
                 situation = c("original", "paraphrased"), item = paste0("i", 1:5), person = paste0("p", 1:8),
                 stringsAsFactors = FALSE)
d$key <- ifelse(d$item %in% c("i2", "i5"), -1, 1)
pole <- setNames(rep(c("high", "low"), each = 4), paste0("p", 1:8))
leaning <- ifelse(pole[d$person] == "high", 1, -1) * d$key
n <- nrow(d)
weights <- cbind(rpois(n, 2 + leaning), rpois(n, 2 - leaning), rpois(n, 1.5 + leaning / 2), rpois(n, 1.5 - leaning / 2))
first <- ifelse(d$order == "printed", 1, 2); extra <- rbinom(n, 1, .4)                  # a liking for the first place
weights[cbind(1:n, first)] <- weights[cbind(1:n, first)] + 2 * extra
d[options] <- weights
d$outcome <- sample(c("answered", "refused", "unreadable"), n, TRUE, c(.92, .05, .03))
d[d$outcome != "answered", options] <- NA
d <- d[sample(n), ]; rownames(d) <- NULL

p <- as.matrix(d[options]); p <- p / ifelse(rowSums(p) > 0, rowSums(p), NA)
usable <- !is.na(p[, 1])
cell <- with(d, paste(person, item, template, situation))
class_of <- function(q) {
  gap <- max(q[c(1, 3)]) - max(q[c(2, 4)])
  if (abs(gap) <= 1e-9) "tie" else if (gap > 0) "high" else "low" }
one <- do.call(rbind, lapply(split(seq_len(nrow(d)), cell), function(at) {
  stopifnot(length(at) == 2)
  r <- d[at[1], c("person", "item", "template", "situation", "key")]
  if (!all(usable[at])) return(cbind(r, class = NA, continuous = NA, differs = NA))
  q <- colMeans(p[at, ])
  best <- lapply(at, function(i) which(p[i, ] >= max(p[i, ]) - 1e-9))
  cbind(r, class = class_of(q), continuous = q[1] + q[3], differs = length(intersect(best[[1]], best[[2]])) == 0) }))
points <- c(high = 1, tie = .5, low = 0)[one$class]
one$score <- ifelse(one$key > 0, points, 1 - points)
one$continuous <- ifelse(one$key > 0, one$continuous, 1 - one$continuous)
changes <- function(within) {                                     # share of those with a class everywhere that have several
  groups <- split(one$class, do.call(paste, one[within]))
  complete <- groups[!sapply(groups, anyNA)]
  list(value = 100 * mean(sapply(complete, function(k) length(unique(k)) > 1)), n = length(complete)) }
prompt <- changes(c("person", "item", "situation"))
paraphrase <- changes(c("person", "item", "template"))

interval <- function(column, resamples = 20000) {                 # persons drawn within poles; tails as Hesterberg (2015)
  sums <- tapply(one[[column]], one$person, sum, na.rm = TRUE)
  sizes <- tapply(!is.na(one[[column]]), one$person, sum)
  people <- split(names(pole), pole)
  drawn <- replicate(resamples, { who <- unlist(lapply(people, sample, replace = TRUE))
    100 * sum(sums[who]) / sum(sizes[who]) })
  df <- length(pole) - length(people)
  tail <- pnorm(qt(.025, df) * sqrt(length(pole) / df))
  unname(quantile(drawn, c(tail, 1 - tail))) }

expected <- list(
  trait_score = 100 * mean(one$score, na.rm = TRUE), continuous_score = 100 * mean(one$continuous, na.rm = TRUE),
  refusal_rate = 100 * mean(d$outcome == "refused"), unanswered_rate = 100 * mean(!usable),
  order_sensitivity = 100 * mean(one$differs, na.rm = TRUE), prompt_sensitivity = prompt$value,
  paraphrase_sensitivity = paraphrase$value)
counts <- list(n_cells = nrow(one), n_unknown = sum(is.na(one$class)), n_ties = sum(one$class == "tie", na.rm = TRUE),
               prompt_compared = prompt$n, paraphrase_compared = paraphrase$n)
intervals <- list(trait_score = interval("score"), order_sensitivity = interval("differs"))
write_json(list(made_with = paste("R", getRversion()), poles = as.list(pole), trials = as.list(d), expected = expected,
                counts = counts, intervals = intervals),
           "divergence_trait_scores.json", auto_unbox = TRUE, digits = 12, na = "null")
