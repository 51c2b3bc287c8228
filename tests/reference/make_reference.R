# Reference values from R for tests of psychometric code.
#
#   Rscript make_reference.R            (in the folder of this file; writes data/ and cases/)
#
# All data are simulated here with fixed seeds.  Needs psych, GPArotation, lavaan, lme4, effectsize, MASS, boot and jsonlite.
# Each file in cases/ says how its table is prepared (`prep`), which expression was evaluated (`r_call`, with `x` the
# prepared table and the functions below) and what came out (`expected`).

suppressPackageStartupMessages({library(psych); library(GPArotation); library(lavaan); library(lme4)
  library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); options(mc.cores = 1)     # one process: same draws every time
dir.create("data", FALSE); dir.create("cases", FALSE)
packages <- c("psych", "GPArotation", "lavaan", "lme4", "effectsize", "MASS", "boot", "jsonlite")
made_with <- list(version = paste(R.version$major, R.version$minor, sep = "."),
                  packages = as.list(sapply(packages, function(p) as.character(packageVersion(p)))))

# ---- Simulated data ---------------------------------------------------------------------------------------------

save_csv <- function(d, name) write.csv(d, file.path("data", name), row.names = FALSE, na = "", quote = FALSE)
graded <- function(latent, steps) 1L + rowSums(outer(latent, steps, ">"))        # answers 1, 2, ... by thresholds

make_survey <- function() {                     # 300 persons in two groups, three correlated traits, five items each
  set.seed(11); n <- 300; group <- rep(1:2, c(140, 160))
  corr <- matrix(c(1, .3, .2, .3, 1, -.25, .2, -.25, 1), 3)
  trait <- MASS::mvrnorm(n, rep(0, 3), corr); trait[, 1] <- trait[, 1] + .4*(group == 2)
  loading <- c(.8, .7, .75, .6, .65); reversed <- c("a5", "b4", "b5"); d <- data.frame(id = 1:n, group = group)
  for (k in 1:3) for (j in 1:5) {
    item <- paste0(c("a", "b", "c")[k], j); l <- loading[j]*c(1.1, .95, .8)[k]
    y <- l*trait[, k] + sqrt(1 - l^2)*rnorm(n) + if (item == "a2") .5*(group == 2) else 0
    d[[item]] <- graded(if (item %in% reversed) -y else y, c(-1.4, -.5, .4, 1.3) + (j - 3)/8) }
  d$selfA <- round(20 + 4*trait[, 1] + 2*rnorm(n), 1); d$selfB <- round(18 + 4*trait[, 2] + 2*rnorm(n), 1)
  d$peerA <- round(15 + 3*trait[, 1] + 3*rnorm(n), 1); d$peerB <- round(16 + 3*trait[, 2] + 3*rnorm(n), 1)
  holes <- as.matrix(d[, paste0("c", 1:5)]); holes[sample(length(holes), 60)] <- NA; d[, paste0("c", 1:5)] <- holes
  d }
make_twice <- function() {                      # 60 persons, two occasions, six items answered 1-4; four persons come once
  set.seed(12); n <- 60; trait <- rnorm(n)
  one <- function(t) { now <- .3*t + trait + rnorm(n, 0, .4)
    data.frame(person = sprintf("p%02d", 1:n), occasion = t,
      sapply(1:6, function(j) graded(now + rnorm(n, 0, .8), c(-1, 0, 1)))) }
  d <- rbind(one(1), one(2)); names(d)[3:8] <- paste0("w", 1:6); d[sample(nrow(d))[-(1:4)], ] }
make_raters <- function() {                     # 40 units, four raters, categories 1-4; rater `s` never gives a 4
  set.seed(13); truth <- sample(1:4, 40, TRUE, c(.35, .3, .2, .15))
  d <- as.data.frame(sapply(1:4, function(j) ifelse(runif(40) < .65, truth, sample(1:4, 40, TRUE))))
  names(d) <- c("p", "q", "r", "s")
  d$s[d$s == 4] <- 3; d$q[c(3, 8, 21)] <- NA; d$r[c(8, 30)] <- NA; d$p[8] <- NA; d }
make_crossed <- function() {                    # 12 persons x 6 items x 4 forms, every cell once
  set.seed(14); d <- expand.grid(person = 1:12, item = 1:6, form = 1:4); z <- function(n, s) rnorm(n, 0, s)
  y <- 4 + z(12, 1)[d$person] + z(6, .5)[d$item] + z(4, .3)[d$form] + z(72, .6)[12*(d$item - 1) + d$person] +
    z(48, .3)[12*(d$form - 1) + d$person] + z(24, .25)[6*(d$form - 1) + d$item] + z(nrow(d), .7)
  d$score <- pmin(7, pmax(1, round(y))); d }
make_nested <- function() {                     # 15 persons x 4 tasks, three raters of their own in every task
  set.seed(15); d <- expand.grid(Person = 1:15, Rater = 1:3, Task = 1:4); cell <- 3*(d$Task - 1) + d$Rater
  d$Score <- round(5 + rnorm(15, 0, 1)[d$Person] + rnorm(4, 0, .6)[d$Task] + rnorm(60, 0,
    .7)[15*(d$Task - 1) + d$Person] +
    rnorm(12, 0, .5)[cell] + rnorm(nrow(d), 0, .9), 1); d[, c("Person", "Task", "Rater", "Score")] }
make_refusals <- function() {                   # 50 persons, five items; `u3` is always 2, a fifth of the cells is empty
  set.seed(16); trait <- rnorm(50); m <- sapply(1:5, function(j) graded(trait + rnorm(50, 0, .7),
    c(-1.2, -.4, .4, 1.2)))
  m[, 3] <- 2L; m[sample(250, 50)] <- NA; d <- as.data.frame(m); names(d) <- paste0("u", 1:5); d }

save_csv(make_survey(), "survey.csv"); save_csv(make_twice(), "twice.csv"); save_csv(make_raters(), "raters.csv")
save_csv(make_crossed(), "crossed.csv"); save_csv(make_nested(), "nested.csv")
save_csv(make_refusals(), "refusals.csv")

# ---- One case = one file ----------------------------------------------------------------------------------------

# Steps in this order: rows (`where`), columns (`items`, then `keep`), reversed items, complete rows only, first `n` rows.
table_for <- function(p) {
  d <- read.csv(file.path("data", p$data), check.names = FALSE)
  if (!is.null(p$where)) d <- d[which(eval(parse(text = p$where), d)), ]
  if (!is.null(p$items)) d <- d[, c(p$items, p$keep), drop = FALSE]
  for (v in p$reverse) d[[v]] <- p$lo + p$hi - d[[v]]
  if (identical(p$na, "listwise")) d <- d[complete.cases(d), ]
  if (!is.null(p$n)) d <- head(d, p$n)
  d }
plain <- function(v) {                          # matrices as rows/cols/values, named numbers as objects, not finite as null
  if (is.matrix(v) || inherits(v, "loadings")) { v <- unclass(v)
    name <- function(k) if (is.null(dimnames(v)[[k]])) seq_len(dim(v)[k]) else dimnames(v)[[k]]
    return(list(rows = name(1), cols = name(2), values = matrix(as.numeric(v), nrow(v)))) }
  if (is.list(v)) return(lapply(v, plain))
  if (is.numeric(v)) { keys <- names(v); v <- as.numeric(v); v[!is.finite(v)] <- NA
    if (!is.null(keys)) v <- as.list(setNames(v, keys)) }
  v }
case <- function(id, statistic, prep, call, tol = 1e-6, tol_by = NULL, params = NULL, notes = NULL) {
  call <- substitute(call); set.seed(1); scope <- new.env(parent = parent.frame())
  if (!is.null(prep)) scope$x <- table_for(prep)
  capture.output(value <- suppressMessages(suppressWarnings(eval(call, scope))))
  vectors <- intersect(c("items", "reverse", "where", "keep"), names(prep)); shown <- prep[names(prep) != "data"]
  shown[vectors] <- lapply(shown[vectors], I)
  out <- list(id = id, statistic = statistic, data = if (!is.null(prep)) paste0("data/", prep$data),
    prep = if (!is.null(prep)) shown, params = params,
    expected = plain(value), tolerance = c(list(abs = tol), tol_by),
      r_call = paste(deparse(call, 150), collapse = "\n"), notes = notes, r = made_with)
  write_json(out[!sapply(out, is.null)], file.path("cases", paste0(id, ".json")), auto_unbox = TRUE, digits = I(12),
    na = "null", null = "null", pretty = 1) }

# ---- Reliability ------------------------------------------------------------------------------------------------

raw_alpha <- function(S) ncol(S)/(ncol(S) - 1)*(1 - sum(diag(S))/sum(S))         # Cronbach, from a covariance matrix
alpha_table <- function(x) {
  a <- psych::alpha(x, check.keys = FALSE, warnings = FALSE); t <- a$total; i <- a$item.stats
  by_item <- function(v) setNames(v, names(x))
  feldt <- psych::alpha.ci(t$raw_alpha, n.obs = nrow(x), n.var = ncol(x), digits = 15)
  list(raw_alpha = t$raw_alpha, std_alpha = t$std.alpha, lambda6_smc = t[["G6(smc)"]], average_r = t$average_r,
    signal_noise = t[["S/N"]],
    duhachek_ase = t$ase, duhachek_ci = t$raw_alpha + c(-1.96, 1.96)*t$ase,
      feldt_ci = c(feldt$lower.ci, feldt$upper.ci),
    scale_mean_of_item_means = t$mean, scale_sd_of_item_means = t$sd,
    alpha_if_dropped = by_item(a$alpha.drop$raw_alpha), std_alpha_if_dropped = by_item(a$alpha.drop$std.alpha),
    item_total_raw_r = by_item(i$raw.r), item_rest_r = by_item(i$r.drop), item_total_r_cor = by_item(i$r.cor),
    item_mean = by_item(i$mean), item_sd = by_item(i$sd)) }
alpha_bootstrap <- function(x, draws = 5000) {
  b <- boot::boot(as.matrix(x), function(d, rows) raw_alpha(cov(d[rows, ])), R = draws)$t
  list(percentile_ci = unname(quantile(b, c(.025, .975))), bootstrap_se = sd(b)) }
alpha_edge <- function(x) {                     # complete rows; items without variance named and left out
  S <- cov(x, use = "complete.obs"); if (sum(S) <= 0) return(list(raw_alpha = NA, reason = "zero_total_variance"))
  flat <- diag(S) <= 1e-12; rest <- cov(x[, !flat], use = "complete.obs"); std <- function(M) raw_alpha(cov2cor(M))
  list(raw_alpha_all_items = raw_alpha(S), constant_items = I(names(x)[flat]),
    raw_alpha_without_constant = raw_alpha(rest),
    std_alpha_without_constant = std(rest), std_alpha_all_items = if (any(flat)) NA else std(S),
      n_complete = sum(complete.cases(x))) }
guttman <- function(x) {                        # 1, 2, 3, 5 from covariances; the splits and 6 from correlations (psych)
  S <- cov(x); k <- ncol(S); off <- S - diag(diag(S)); l1 <- sum(off)/sum(S)
  s <- psych::splitHalf(x, raw = TRUE, check.keys = FALSE)
  list(lambda1 = l1, lambda2 = l1 + sqrt(k/(k - 1)*sum(off^2))/sum(S), lambda3_alpha = raw_alpha(S),
    lambda5 = l1 + 2*sqrt(max(rowSums(off^2)))/sum(S),
    lambda4_max_split_cor = s$maxrb, split_mean_cor = s$meanr, split_min_cor = s$minrb, lambda6_cor = s$lambda6,
      n_splits = length(s$raw)) }
halves <- function(x) {                         # odd against even items, first against second half (the first takes the middle item)
  k <- ncol(x); split <- function(first) {
    a <- rowSums(x[, first, drop = FALSE]); b <- rowSums(x[, -first, drop = FALSE]); r <- cor(a, b)
    pq <- length(first)*(k - length(first))/k^2
    list(r = r, spearman_brown = 2*r/(1 + r), flanagan_rulon = 4*cov(a, b)/var(a + b),
      horst = (sqrt(r^4 + 4*r^2*(1 - r^2)*pq) - r^2)/(2*pq*(1 - r^2))) }
  list(odd_even = split(seq(1, k, 2)), first_second = split(1:ceiling(k/2))) }
omega_hierarchical <- function(x, n_factors) {
  o <- psych::omega(x, nfactors = n_factors, fm = "minres", rotate = "oblimin", flip = FALSE, plot = FALSE)
  sl <- o$schmid$sl
  list(omega_h = o$omega_h, omega_total = o$omega.tot, omega_h_asymptotic = o$omega.lim, alpha_std = o$alpha,
    lambda6 = o$G6, ecv = o$ECV, g_loadings = setNames(sl[, 1], rownames(sl))) }
one_factor <- function(items) paste("f =~", paste(items, collapse = " + "))
omega_one_factor <- function(x) {
  e <- lavInspect(cfa(one_factor(names(x)), x, std.lv = TRUE), "est"); common <- sum(e$lambda)^2; n <- nrow(x)
  list(omega_total_1f_model = common/(common + sum(diag(e$theta))),
    omega_total_1f_observed_variance = common/(sum(cov(x))*(n - 1)/n),
    loadings = setNames(as.numeric(e$lambda), names(x)), residual_variance = setNames(diag(e$theta), names(x))) }
intraclass <- function(x) {
  r <- psych::ICC(x, lmer = FALSE)$results; rows <- c("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
  setNames(lapply(1:6, function(i) list(icc = r$ICC[i], F = r$F[i], df1 = r$df1[i], df2 = r$df2[i],
    ci = as.numeric(r[i, 7:8]))), rows) }
retest <- function(a, b) {
  ok <- complete.cases(a, b); a <- a[ok]; b <- b[ok]; d <- b - a; test <- cor.test(a, b); r <- unname(test$estimate)
  icc <- intraclass(data.frame(a, b))
  within <- sqrt((var(a) + var(b))/2)*sqrt(1 - r)
  list(n = length(d), r = r, r_ci = as.numeric(test$conf.int), spearman = cor(a, b, method = "spearman"),
    icc2_1 = icc$ICC2$icc, icc3_1 = icc$ICC3$icc,
    mean_change = mean(d), sem_from_r = within, sem_consistency = sd(d)/sqrt(2), sem_agreement = sqrt(mean(d^2)/2),
      sdc_from_r = 1.96*sqrt(2)*within,
    sdc_consistency = 1.96*sd(d), loa = mean(d) + c(-1.96, 1.96)*sd(d),
      ccc = 2*cov(a, b)/(var(a) + var(b) + mean(d)^2)) }

survey <- function(items, ..., empty = "listwise") {
  turned <- intersect(items, c("a5", "b4", "b5"))
  c(list(data = "survey.csv", items = items), if (length(turned)) list(reverse = turned),
    list(lo = 1, hi = 5, na = empty, ...)) }
A <- paste0("a", 1:5); B <- paste0("b", 1:5); C <- paste0("c", 1:5); W <- paste0("w", 1:6)

case("ref_alpha", "cronbach_alpha", survey(A), alpha_table(x))
case("ref_alpha_pairwise", "cronbach_alpha", survey(C, empty = "keep"), alpha_table(x),
  params = list(missing = "pairwise"), notes = "pairwise covariances; n = all rows")
case("ref_alpha_bootstrap", "cronbach_alpha_bootstrap_ci", survey(A), alpha_bootstrap(x), tol = .005,
  notes = "persons are drawn; other draws, other digits")
case("ref_alpha_refusals", "cronbach_alpha_degenerate", list(data = "refusals.csv"), alpha_edge(x))
case("ref_lambdas", "guttman_lambdas", list(data = "twice.csv", items = W, where = "occasion == 1"), guttman(x))
case("ref_split_half", "split_half", survey(B), halves(x))
case("ref_omega", "mcdonald_omega", survey(c(A, B, C)), omega_hierarchical(x, 3), tol = 3e-3,
  params = list(nfactors = 3, method = "Schmid-Leiman from minres + oblimin", standardised = TRUE))
case("ref_omega_one_factor", "omega_total_one_factor", survey(A), omega_one_factor(x), tol = 1e-4)
case("ref_icc", "icc", list(data = "raters.csv", na = "listwise"), intraclass(x))
case("ref_retest", "test_retest", list(data = "twice.csv"),
  { s <- rowSums(x[, paste0("w", 1:6)]); a <- s[x$occasion == 1]
  b <- s[x$occasion == 2][match(x$person[x$occasion == 1], x$person[x$occasion == 2])]
  retest(a, b) },
  params = list(score = "sum of w1..w6; occasion 1 and occasion 2 matched by person; persons present both times"))

# ---- Agreement --------------------------------------------------------------------------------------------------

weighted_kappa <- function(x, power) {          # categories either rater uses, weighed by the distance of their ranks
  used <- sort(unique(unlist(x))); k <- length(used)
  seen <- prop.table(table(factor(x[[1]], used), factor(x[[2]], used)))
  apart <- (abs(outer(1:k, 1:k, "-"))/(k - 1))^power
  1 - sum(apart*seen)/sum(apart*outer(rowSums(seen), colSums(seen))) }
kappa_two <- function(x) { k <- psych::cohen.kappa(x)
  list(kappa = k$kappa, quadratic = weighted_kappa(x, 2), linear = weighted_kappa(x, 1),
    ci_unweighted = k$confid[1, c(1, 3)]) }
kappa_fleiss <- function(x) {                   # Fleiss (1971); z with the standard error under no agreement (Fleiss, Nee & Landis 1979)
  used <- sort(unique(unlist(x))); counts <- t(apply(x, 1, function(u) tabulate(match(u, used), length(used))))
  N <- nrow(x); m <- ncol(x)
  p <- colSums(counts)/(N*m); pairs <- sum(counts*(counts - 1))/(N*m*(m - 1)); v <- sum(p*(1 - p))
  kappa <- (pairs - sum(p^2))/v
  list(kappa = kappa, z = kappa/sqrt(2*(v^2 - sum(p*(1 - p)*(1 - 2*p)))/(N*m*(m - 1)*v^2))) }
krippendorff <- function(x, level) {            # rows = units, columns = raters
  used <- sort(unique(na.omit(unlist(x)))); k <- length(used); met <- matrix(0, k, k)
  for (u in seq_len(nrow(x))) {
    n <- tabulate(match(na.omit(as.numeric(x[u, ])), used), k)
    if (sum(n) > 1) met <- met + (n %o% n - diag(n, k))/(sum(n) - 1) }
  n <- colSums(met); between <- function(i, j) sum(n[i:j]) - (n[i] + n[j])/2
  dist <- switch(level, nominal = 1 - diag(k), interval = outer(used, used, "-")^2,
    ratio = (outer(used, used, "-")/outer(used, used, "+"))^2,
    ordinal = outer(1:k, 1:k, Vectorize(function(i, j) if (i == j) 0 else between(i, j)^2)))
  list(alpha = 1 - (sum(n) - 1)*sum(met*dist)/sum((n %o% n)*dist)) }
case("ref_kappa", "cohen_kappa_weighted", list(data = "raters.csv", items = c("p", "s"), na = "listwise"),
  kappa_two(x), tol = 1e-5, notes = "the second rater never uses category 4")
case("ref_fleiss", "fleiss_kappa", list(data = "raters.csv", na = "listwise"), kappa_fleiss(x))
layout <- "rows = units, columns = raters, empty = missing"
case("ref_kripp_nominal", "krippendorff_alpha", list(data = "raters.csv"), krippendorff(x, "nominal"),
  params = list(level = "nominal", layout = layout))
case("ref_kripp_ordinal", "krippendorff_alpha", list(data = "raters.csv"), krippendorff(x, "ordinal"),
  params = list(level = "ordinal", layout = layout))

# ---- Factor models ----------------------------------------------------------------------------------------------

fit_of <- function(f, which) as.list(unclass(fitMeasures(f, which)))
confirm <- function(model, x) {
  f <- cfa(model, x, std.lv = TRUE); s <- subset(standardizedSolution(f), op == "=~")
  path <- paste(s$lhs, s$rhs, sep = "=~")
  c(fit_of(f, c("npar", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr",
    "aic", "bic", "logl")),
    list(loadings = list(std = setNames(s$est.std, path), se = setNames(s$se, path)),
      factor_cor = unclass(lavInspect(f, "cor.lv")))) }
invariance <- function(model, x, group) {
  held <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
    strict = c("loadings", "intercepts", "residuals"))
  fits <- lapply(held, function(h) cfa(model, x, group = group, group.equal = h, meanstructure = TRUE))
  m <- lapply(fits, fit_of, c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic"))
  step <- function(wide, tight) { g <- function(k) m[[tight]][[k]] - m[[wide]][[k]]
    list(delta_chisq = g("chisq"), delta_df = g("df"), p = pchisq(g("chisq"), g("df"), lower.tail = FALSE),
      delta_cfi = g("cfi"), delta_rmsea = g("rmsea"), delta_srmr = g("srmr")) }
  e <- lavInspect(fits$scalar, "est"); c(m, list(metric_vs_configural = step(1, 2), scalar_vs_metric = step(2, 3),
    strict_vs_scalar = step(3, 4),
    latent_means_group2_scalar = setNames(as.numeric(e[[2]]$alpha), rownames(e[[2]]$alpha)),
      group_order = names(e))) }
in_order <- function(L) { L <- unclass(L); L <- L[, order(-colSums(L^2))]
  sweep(L, 2, sign(colSums(L)), "*") }   # largest first, positive sums
explore <- function(x, k, rotate, method) {
  f <- psych::fa(x, k, rotate = rotate, fm = method); raw <- unclass(f$loadings); L <- in_order(raw)
  names <- paste0("F", 1:k); colnames(L) <- names
  out <- list(loadings = L, communality = f$communality, rms = f$rms,
    note = "columns sorted by sum of squared loadings, signs so that the column sum is positive")
  if (!is.null(f$Phi)) {
    o <- order(-colSums(raw^2)); s <- sign(colSums(raw)[o])
    out$phi <- matrix(f$Phi[o, o]*(s %o% s), k, dimnames = list(names, names)) }
  out }
congruence <- function(one, two, k) {
  L <- lapply(list(one, two), function(d) in_order(psych::fa(d, k, rotate = "varimax", fm = "minres")$loadings))
  list(phi = factor.congruence(L[[1]], L[[2]], digits = 12),
    phi_after_procrustes = diag(factor.congruence(Procrustes(L[[1]], L[[2]])$loadings, L[[2]], digits = 12))) }
parallel <- function(x) {
  p <- psych::fa.parallel(x, fm = "minres", fa = "both", n.iter = 100, plot = FALSE)
  list(eigen_cor = p$pc.values, eigen_sim_mean = p$pc.sim, n_components = p$ncomp, n_factors = p$nfact,
    eigen_fa = p$fa.values) }
adequacy <- function(x) { k <- psych::KMO(x); b <- psych::cortest.bartlett(cor(x), n = nrow(x))
  list(kmo = k$MSA, kmo_items = k$MSAi, bartlett_chisq = b$chisq, df = b$df) }
ordinal_alpha <- function(x) {
  two_step <- unclass(lavCor(x, ordered = names(x))); p <- psych::polychoric(x, correct = 0)
  list(polychoric_lavaan_twostep = two_step, thresholds = p$tau, ordinal_alpha_lavaan = raw_alpha(two_step),
    ordinal_alpha_psych = raw_alpha(p$rho)) }

model3 <- "A =~ a1+a2+a3+a4+a5\nB =~ b1+b2+b3+b4+b5\nC =~ c1+c2+c3+c4+c5"
model2 <- "A =~ a1+a2+a3+a4+a5\nB =~ b1+b2+b3+b4+b5"
case("ref_cfa", "cfa", survey(c(A, B, C)), confirm(model3, x), tol = 1e-2,
  tol_by = list(cfi = 1e-4, tli = 1e-4, rmsea = 1e-4, srmr = 1e-4, loadings = 1e-3),
  params = list(model = model3, estimator = "ML", n_basis = "N (not N-1)"))
case("ref_invariance", "measurement_invariance", survey(c(A, B), keep = "group"), invariance(model2, x, "group"),
  tol = 1e-2, params = list(model = model2, group = "group", estimator = "ML"))
case("ref_efa_varimax", "efa", survey(c(A, B, C)), explore(x, 3, "varimax", "minres"), tol = 2e-3,
  params = list(n_factors = 3, rotation = "varimax", method = "minres"))
case("ref_efa_oblimin", "efa", survey(c(A, B)), explore(x, 2, "oblimin", "ml"), tol = 5e-3,
  params = list(n_factors = 2, rotation = "oblimin", method = "ml"))
case("ref_congruence", "tucker_congruence", survey(c(A, B, C), keep = "group"),
  congruence(x[x$group == 1, 1:15], x[x$group == 2, 1:15], 3), tol = 5e-3,
  params = list(a = "group 1", b = "group 2", n_factors = 3, rotation = "varimax", method = "minres"))
case("ref_parallel", "parallel_analysis", survey(c(A, B, C)), parallel(x), tol = .03,
  tol_by = list(eigen_cor = 1e-6, eigen_fa = 1e-2),
  params = list(n_iter = 100, rule = "observed > 95th centile of simulated normal data", centile = 95))
case("ref_kmo", "kmo_bartlett", survey(c(A, B)), adequacy(x), tol = 1e-4)
case("ref_polychoric", "polychoric_ordinal_alpha", survey(A), ordinal_alpha(x), tol = 2e-3)

# ---- Differential item functioning, many tests, group differences -----------------------------------------------

dif <- function(x, items, group) {              # nested proportional-odds models; matching on the rest score
  focal <- as.numeric(x[[group]] == sort(unique(x[[group]]))[2]); n <- nrow(x)
  setNames(lapply(items, function(item) {
    d <- data.frame(y = ordered(x[[item]]), rest = as.numeric(scale(rowSums(x[, setdiff(items, item)]))),
      focal = focal)
    f <- lapply(list(y ~ 1, y ~ rest, y ~ rest + focal, y ~ rest*focal), function(m) MASS::polr(m, d))
    l <- sapply(f, function(z) as.numeric(logLik(z)))
    chi <- 2*c(l[3] - l[2], l[4] - l[3], l[4] - l[2]); p <- pchisq(chi, c(1, 1, 2), lower.tail = FALSE)
    nagelkerke <- (1 - exp(2*(l[1] - l)/n))/(1 - exp(2*l[1]/n))
    list(chi2_uniform = chi[1], p_uniform = p[1], chi2_nonuniform = chi[2], p_nonuniform = p[2], chi2_total = chi[3],
      p_total = p[3], delta_mcfadden_total = (l[2] - l[4])/l[1],
      delta_nagelkerke_total = nagelkerke[4] - nagelkerke[2], beta_group_uniform = coef(f[[3]])[["focal"]],
        beta_rest = coef(f[[2]])[["rest"]]) }), items) }
two_groups <- function(a, b) {
  d <- effectsize::cohens_d(a, b); g <- effectsize::hedges_g(a, b); t <- t.test(a, b)
  list(n1 = length(a), n2 = length(b), d = d$Cohens_d, d_ci_noncentral_t = c(d$CI_low, d$CI_high), g = g$Hedges_g,
    g_ci = c(g$CI_low, g$CI_high), glass_delta_sd2 = (mean(a) - mean(b))/sd(b),
    welch_t = unname(t$statistic), welch_df = unname(t$parameter), welch_p = t$p.value,
      mann_whitney_U = unname(wilcox.test(a, b, exact = FALSE)$statistic)) }
paired <- function(a, b) {
  ok <- complete.cases(a, b); a <- a[ok]; b <- b[ok]; d <- effectsize::cohens_d(b, a, paired = TRUE)
  t <- t.test(b, a, paired = TRUE); z <- mean(b - a)/sd(b - a)
  list(n = length(a), d_z = d$Cohens_d, d_z_ci = c(d$CI_low, d$CI_high), d_av = mean(b - a)/sqrt((var(a) + var(b))/2),
    d_rm = z*sqrt(2*(1 - cor(a, b))), t = unname(t$statistic), p = t$p.value) }
traits_methods <- function(x, v, rel, first) {  # v = trait 1 and 2 by method 1, then by method 2
  r <- cor(x[, v]); true <- r/sqrt(rel %o% rel); diag(true) <- rel; convergent <- c(r[1, 3], r[2, 4])
  hetero <- c(r[1, 4], r[2, 3])
  out <- list(r = r, disattenuated = true, convergent_mean = mean(convergent),
    heterotrait_heteromethod_mean = mean(hetero), heterotrait_monomethod_mean = mean(c(r[1, 2], r[3, 4])),
      htmt_like_ratio = mean(abs(hetero))/mean(convergent))
  out[[paste0("steiger_z_convergent_", first)]] <- unname(psych::r.test(nrow(x), r12 = r[1, 3], r13 = r[1, 4],
    r23 = r[3, 4])$t); out }
styles <- function(x, lo, hi, pos, neg) {
  x <- x[, c(pos, neg)]; middle <- (lo + hi)/2; keyed <- x; keyed[neg] <- lo + hi - x[neg]
  part <- function(v) list(mean = mean(v), sd = sd(v), first10 = as.numeric(v[1:10]))
  yes <- (rowMeans(x[pos]) + rowMeans(x[neg]))/2 - middle; level <- x - yes; level[neg] <- lo + hi - level[neg]
  alpha <- function(d) raw_alpha(cov(d))
  list(acquiescence_balanced_mean_minus_midpoint = part(yes), extreme_proportion = part(rowMeans(x == lo | x == hi)),
    midpoint_proportion = part(rowMeans(x == middle)),
    net_agreement = part(rowMeans(x > middle) - rowMeans(x < middle)), within_person_sd = part(apply(x, 1, sd)),
    alpha_keyed = alpha(keyed), alpha_unkeyed_raw = alpha(x), alpha_keyed_after_acquiescence_removed = alpha(level),
      alpha_pos_half = alpha(x[pos])) }
adjusted <- function(p) sapply(c("holm", "hochberg", "BH", "BY", "bonferroni"), function(m) p.adjust(p, m),
  simplify = FALSE)

case("ref_dif", "dif_ordinal_logistic", survey(A, keep = "group"), dif(x, paste0("a", 1:5), "group"), tol = 2e-2,
  tol_by = list(delta = 1e-4), params = list(group = "group", focal = 2, matching = "standardised rest score"),
  notes = "a2 was made easier for group 2")
case("ref_p_adjust", "p_adjust", NULL, adjusted(c(.04, .001, NA, .04, .3, .012, .9, NA)), tol = 1e-10,
  params = list(p = c(.04, .001, NA, .04, .3, .012, .9, NA)), notes = "missing p-values are left out of the count")
case("ref_d", "effect_size_two_groups", survey(A, keep = "group"), { s <- rowMeans(x[, 1:5])
  two_groups(s[x$group == 1], s[x$group == 2]) }, tol = 1e-4,
    params = list(score = "mean of a1..a5(rev)", a = "group 1", b = "group 2"))
case("ref_d_paired", "effect_size_paired", list(data = "twice.csv"), {
  s <- rowSums(x[, c("w1", "w2", "w3")]); a <- s[x$occasion == 1]
  b <- s[x$occasion == 2][match(x$person[x$occasion == 1], x$person[x$occasion == 2])]
  paired(a, b) }, tol = 1e-4, params = list(score = "w1+w2+w3, occasion 1 vs 2 by person"))
case("ref_mtmm", "mtmm", list(data = "survey.csv", items = c("selfA", "selfB", "peerA", "peerB")),
  traits_methods(x, c("selfA", "selfB", "peerA", "peerB"), c(.8, .8, .6, .65), "A"),
  params = list(traits = c("A", "B"), methods = list(self = c("selfA", "selfB"), peer = c("peerA", "peerB")),
    reliabilities = c(.8, .8, .6, .65)),
  notes = "given reliabilities, on the diagonal of `disattenuated`; the last value is Williams's t for two dependent correlations")
case("ref_styles", "response_styles", list(data = "survey.csv", items = B),
  styles(x, 1, 5, c("b1", "b2", "b3"), c("b4", "b5")), params = list(pos = c("b1", "b2", "b3"), neg = c("b4", "b5"),
    scale = c(1, 5)))

# ---- Variance components ----------------------------------------------------------------------------------------

exact <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 2e5))
components <- function(m) { v <- as.data.frame(VarCorr(m)); setNames(v$vcov, v$grp) }
persons_items <- function(x, sizes = c(1, 5, 10, 20)) {
  d <- data.frame(p = factor(rep(seq_len(nrow(x)), ncol(x))), i = factor(rep(names(x), each = nrow(x))),
    y = unlist(x)); v <- components(lmer(y ~ 1 + (1 | p) + (1 | i), d, control = exact))
  coef <- function(n) list(n_items = n, G = v[["p"]]/(v[["p"]] + v[["Residual"]]/n),
    Phi = v[["p"]]/(v[["p"]] + (v[["i"]] + v[["Residual"]])/n)); own <- coef(ncol(x))
  list(person = v[["p"]], item = v[["i"]], residual = v[["Residual"]], n_person = nrow(x), n_item = ncol(x),
    G = own$G, Phi = own$Phi, d_study = lapply(sizes, coef)) }
mean_square_components <- function(y, p, i, o) { # expected mean squares of the full crossed design, one answer a cell
  t <- anova(lm(y ~ factor(p)*factor(i) + factor(p)*factor(o) + factor(i)*factor(o)))
  ms <- setNames(t[["Mean Sq"]], c("p", "i", "o", "pi", "po", "io", "r")); np <- length(unique(p))
  ni <- length(unique(i)); no <- length(unique(o))
  m <- as.list(ms); list(person = (m$p - m$pi - m$po + m$r)/(ni*no), item = (m$i - m$pi - m$io + m$r)/(np*no),
    occasion = (m$o - m$po - m$io + m$r)/(np*ni),
    person_item = (m$pi - m$r)/no, person_occasion = (m$po - m$r)/ni, item_occasion = (m$io - m$r)/np, residual = m$r,
      n_person = np, n_item = ni, n_occasion = no) }
decision <- function(v, ni, no) {               # negative components count as zero
  v <- lapply(v, max, 0); relative <- v$person_item/ni + v$person_occasion/no + v$residual/(ni*no)
  absolute <- relative + v$item/ni + v$occasion/no + v$item_occasion/(ni*no)
  list(n_item = ni, n_occasion = no, relative_error = relative, absolute_error = absolute,
    G = v$person/(v$person + relative), Phi = v$person/(v$person + absolute)) }
persons_items_occasions <- function(y, p, i, o, sizes = list(c(1, 1), c(6, 1), c(10, 2), c(20, 10))) {
  v <- mean_square_components(y, p, i, o); d <- data.frame(y, p = factor(p), i = factor(i), o = factor(o))
  m <- lmer(y ~ 1 + (1 | p) + (1 | i) + (1 | o) + (1 | p:i) + (1 | p:o) + (1 | i:o), d, control = exact)
  w <- as.list(components(m)[c("p", "i", "o", "p:i", "p:o", "i:o", "Residual")]); names(w) <- names(v)[1:7]
  list(anova_ems_untruncated = v, observed_design = decision(v, v$n_item, v$n_occasion),
    d_study_ems = lapply(sizes, function(s) decision(v, s[1], s[2])),
    reml = w, observed_design_reml = decision(w, v$n_item, v$n_occasion), reml_criterion = as.numeric(REMLcrit(m))) }
occasions_model <- function(x) {
  one <- function(reml) { m <- lmer(s ~ occasion + (1 | person), x, REML = reml, control = exact); v <- components(m)
    list(fixed = fixef(m), se = sqrt(diag(as.matrix(vcov(m)))), var_person = v[["person"]],
      var_residual = v[["Residual"]], logLik = as.numeric(logLik(m)), icc = v[["person"]]/sum(v)) }
  list(reml = one(TRUE), ml = one(FALSE)) }

case("ref_g_persons_items", "g_theory_pi", survey(A, n = 80), persons_items(x), tol = 1e-3, tol_by = list(G = 1e-4),
  notes = "G for the items at hand is Cronbach's raw alpha")
case("ref_g_persons_items_forms", "g_theory_pio", list(data = "crossed.csv"),
  persons_items_occasions(x$score, x$person, x$item, x$form), tol = 5e-4, tol_by = list(anova_ems_untruncated = 1e-8),
  params = list(person = "person", item = "item", occasion = "form", score = "score"))
case("ref_g_nested", "g_theory_pt_r", list(data = "nested.csv"),
  as.list(components(lmer(Score ~ 1 + (1 | Person) + (1 | Task) + (1 | Person:Task) + (1 | Task:Rater), x,
    control = exact))), tol = 1e-3, notes = "raters nested in tasks")
case("ref_mixed", "mixed_model", list(data = "twice.csv"), { x$s <- rowSums(x[, paste0("w", 1:6)])
  occasions_model(x) }, tol = 1e-3, params = list(formula = "s ~ occasion + (1|person)",
    s = "sum of w1,w2,w3,w4,w5,w6"))
case("ref_mixed_crossed", "mixed_model_crossed", survey(A, n = 100, where = "id > 90", keep = "group"), {
  d <- data.frame(id = factor(rep(seq_len(nrow(x)), 5)), item = factor(rep(1:5, each = nrow(x))),
    g = as.numeric(rep(x$group, 5) == 2), y = unlist(x[, 1:5]))
  m <- lmer(y ~ g + (1 | id) + (1 | item), d, control = exact)
  list(fixed = fixef(m), se = sqrt(diag(as.matrix(vcov(m)))), var = components(m), reml = as.numeric(REMLcrit(m))) },
    tol = 1e-3)
