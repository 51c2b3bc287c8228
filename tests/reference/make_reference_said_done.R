# Reference values from R for what persons say against what they do: gaps, rank changes, calibration, correlations.
#
#   Rscript make_reference_said_done.R      (in the folder of this file; writes divergence_said_done.json)
#
# All data are simulated here with a fixed seed and stand in the file beside the values.  Needs psych and jsonlite.

suppressPackageStartupMessages({library(psych); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(31)
graded <- function(latent) 1L + rowSums(outer(latent, c(-1.2, -.4, .4, 1.2), ">"))         # answers 1 to 5

# ---- gaps and ranks: scores of 14 persons, with ties ---------------------------------------------------------------
said <- round(runif(14, 0, 100) / 5) * 5; done <- round(pmin(100, pmax(0, said + rnorm(14, 8, 15))) / 5) * 5
gaps <- list(said = said, done = done, level_gap = mean(done - said), absolute_gap = mean(abs(done - said)),
             rank_change = 100 * mean(abs(rank(said) - rank(done))) / (length(said) - 1),
             all_exchanges_absolute = mean(abs(outer(said, done, "-"))))                    # mean over all exchanges

# ---- interval quantile mapping, as its definition reads --------------------------------------------------------------
calibrate <- function(s, human_done, human_said) {
  ends <- quantile(human_said, c(mean(human_done < s), mean(human_done <= s)), type = 7, names = FALSE)
  between <- human_said[human_said >= ends[1] - 1e-9 & human_said <= ends[2] + 1e-9]
  if (length(between)) mean(between) else mean(ends)
}
human <- list(E = list(said = round(runif(37, 1, 5), 1), done = round(runif(37, 0, 60))),
              N = list(said = round(rnorm(9, 3, 1), 2), done = round(rnorm(11, 30, 10))))
scores <- data.frame(person = rep(1:6, each = 2), domain = rep(c("E", "N"), 6), said = round(runif(12, 1, 5), 2),
                     done = c(round(runif(9, 0, 60)), human$E$done[1], human$N$done[3], 70))
scores$calibrated <- mapply(function(d, s) calibrate(s, human[[d]]$done, human[[d]]$said), scores$domain, scores$done)
squares <- (scores$said - scores$calibrated)^2
nulls <- sapply(human, function(h) (3 - calibrate(30, h$done, h$said))^2)
calibrated <- list(human = human, scores = scores, value = mean(tapply(squares, scores$person, mean)),
                   gaps = as.list(tapply(squares, scores$domain, mean)), null_constant = mean(nulls))

# ---- correlation over persons, three models ----------------------------------------------------------------------------
sizes <- c(a = 9, b = 16, c = 12); model <- rep(names(sizes), sizes); trait <- rnorm(sum(sizes))
side <- function(k, loading) sapply(1:k, function(j) graded(loading * trait + sqrt(1 - loading^2) * rnorm(sum(sizes))))
x <- side(6, .75); y <- side(5, .6); gone <- y; gone[cbind(c(3, 12, 20, 33), c(1, 4, 2, 5))] <- NA
correlate <- function(x, y) {
  of <- lapply(split(seq_along(model), model), function(at) c(n = length(at),
    r = cor(rowMeans(x[at, ], na.rm = TRUE), rowMeans(y[at, ], na.rm = TRUE)),
    said = suppressWarnings(psych::alpha(x[at, ], warnings = FALSE)$total$raw_alpha),
    done = suppressWarnings(psych::alpha(y[at, ], warnings = FALSE)$total$raw_alpha)))
  of <- as.data.frame(do.call(rbind, of))
  raw <- psych::fisherz2r(weighted.mean(psych::fisherz(of$r), of$n - 3))
  alphas <- c(weighted.mean(of$said, of$n), weighted.mean(of$done, of$n))
  list(r = of$r, alpha_said = of$said, alpha_done = of$done, raw = raw, reliability_said = alphas[1],
       reliability_done = alphas[2], disattenuated = raw / sqrt(prod(alphas)))
}
correlation <- list(model = model, said = x, done = y, done_with_missing = gone, complete = correlate(x, y),
                    missing = correlate(x, gone))

write_json(list(made_with = list(R = paste(R.version$major, R.version$minor, sep = "."), psych = as.character(packageVersion("psych"))),
                gaps = gaps, calibrated = calibrated, correlation = correlation),
           "divergence_said_done.json", auto_unbox = TRUE, digits = I(15), na = "null")
