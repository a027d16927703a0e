"""The words of sweeps, in English and French: a part of ``sim.presentation.words``."""

ENGLISH = {
    "sweep_points": "{n} points, {replications} replications each, the same luck at every point.",
    "sweep_failed": "{n} points failed and are not shown.",
    "sweep_interval": "Band: 95 % interval of the mean.",
    "sweep_intervals": "Lines: 95 % intervals.",
    "sweep_base": "as it is today",
    "sweep_curve_title": "{outcome}: from {low} to {high}",
    "sweep_curve_subtitle": "{outcome}, by {lever}",
    "sweep_map_title": "{outcome}: from {low} to {high}",
    "sweep_exchange_title": "One unit more of “{one}” does as much as {rate} of “{other}”",
    "sweep_map_subtitle": "{outcome}, by {one} and {other}",
    "sweep_map_note": "Lines join points with the same number. Dots: points that were simulated.",
    "sweep_exchange_note": (
        "Exchange over all points: {rate} ({low} to {high}, 95 %); it changes from place to place, "
        "as the lines show."
    ),
    "sweep_cleared": "at most {n} people without a place",
    "sweep_budget": "{n} EUR a year",
    "sweep_nowhere": "Nowhere among these points: {what}.",
    "sweep_everywhere": "Everywhere among these points: {what}.",
    "sweep_tornado_title": "Of {n} assumed numbers, {name} moves the result most",
    "sweep_tornado_none": "None of {n} numbers moves the result for certain",
    "sweep_tornado_subtitle": "{outcome}: change against the base, each number alone at its ends",
    "sweep_tornado_note": (
        "Pale bars: the change cannot be told from none (95 %), and they are not ranked. "
        "{hidden} numbers with smaller changes are in the table only."
    ),
    "sweep_low_end": "at its lowest",
    "sweep_high_end": "at its highest",
    "sweep_change": "change",
    "sweep_morris_title": "{name} moves the result most",
    "sweep_morris_subtitle": (
        "{outcome}: mean size of the change when one input goes through its range (Morris, µ*)"
    ),
    "sweep_total_title": "{name} explains most of the variation",
    "sweep_total_subtitle": (
        "{outcome}: share of the variance; whole bar: total index, dark: alone (Sobol)"
    ),
    "sweep_correlation_title": "{name} goes with the result most",
    "sweep_correlation_subtitle": "{outcome}: rank correlation with each input (Spearman)",
    "sweep_bars_none": "No input can be told from having no effect",
    "sweep_bars_note": (
        "Pale bars: the 95 % interval covers zero, so they are not ranked. Intervals tell how far "
        "the sample of points can be trusted."
    ),
    "sweep_pareto_title": "{n} of {all} points are beaten by no other",
    "sweep_pareto_subtitle": "{burden} against {cost}",
    "sweep_pareto_note": (
        "Joined points: no other point costs less and leaves fewer street nights. Crosses: 95 % "
        "intervals."
    ),
    "sweep_efficient": "beaten by none",
    "sweep_lever": "input",
    "sweep_index": "index",
    "sweep_mean": "mean",
    "sweep_low": "low",
    "sweep_high": "high",
    "sweep_yes": "yes",
    "sweep_no": "no",
    "report_kind_sweep": "sweep",
    "report_sweep_figures": "What came out",
    "report_sweep_levers": "What was varied",
    "report_sweep_failures": "Points that failed",
    "report_sweep_method": "How it was made",
    "sweep_tile": "more of “{other}” do as much as one of “{one}”",
    "sweep_question": "How many units of “{other}” is one of “{one}” worth?",
    "sweep_answer": (
        "Measured in “{outcome}”, one unit more of “{one}” does as much as {rate} more of "
        "“{other}” (95 % interval {low} to {high}), on average over all points."
    ),
    "sweep_answer_part": "{part}: {rate} ({low} to {high}).",
    "sweep_answer_unknown": "{part}: cannot be told, “{other}” may do nothing there.",
    "sweep_part_all": "All points",
    "sweep_part_low": "Where “{one}” is low (up to {n})",
    "sweep_part_high": "Where “{one}” is high (from {n})",
    "sweep_worth": ("One unit more changes it by {first} (“{one}”) and by {second} (“{other}”)."),
    "sweep_in_base": "today",
    "sweep_values": "values",
    "sweep_all_points": "All points",
    "sweep_made_text": (
        "Design: {design}. {points} points, {different} of them different; {replications} "
        "replications each; seed {seed}; program {program}. Base: {base}."
    ),
}

FRENCH = {
    "sweep_points": "{n} points, {replications} réplications chacun, le même hasard partout.",
    "sweep_failed": "{n} points ont échoué et ne sont pas montrés.",
    "sweep_interval": "Bande : intervalle à 95 % de la moyenne.",
    "sweep_intervals": "Traits : intervalles à 95 %.",
    "sweep_base": "aujourd'hui",
    "sweep_curve_title": "{outcome} : de {low} à {high}",
    "sweep_curve_subtitle": "{outcome}, selon : {lever}",
    "sweep_map_title": "{outcome} : de {low} à {high}",
    "sweep_exchange_title": "Une unité de plus de « {one} » fait autant que {rate} de « {other} »",
    "sweep_map_subtitle": "{outcome}, selon : {one} ; {other}",
    "sweep_map_note": "Les lignes joignent les points de même valeur. Points noirs : simulés.",
    "sweep_exchange_note": (
        "Échange sur tous les points : {rate} ({low} à {high}, à 95 %) ; il varie d'un endroit à "
        "l'autre, comme les lignes le montrent."
    ),
    "sweep_cleared": "au plus {n} personnes sans place",
    "sweep_budget": "{n} EUR par an",
    "sweep_nowhere": "Nulle part parmi ces points : {what}.",
    "sweep_everywhere": "Partout parmi ces points : {what}.",
    "sweep_tornado_title": "Des {n} nombres supposés, {name} change le plus le résultat",
    "sweep_tornado_none": "Aucun des {n} nombres ne change le résultat de façon certaine",
    "sweep_tornado_subtitle": ("{outcome} : écart à la base, chaque nombre seul à ses deux bornes"),
    "sweep_tornado_note": (
        "Barres pâles : écart non distinguable de zéro (95 %), sans classement. {hidden} nombres "
        "aux écarts plus petits ne sont que dans le tableau."
    ),
    "sweep_low_end": "à sa borne basse",
    "sweep_high_end": "à sa borne haute",
    "sweep_change": "écart",
    "sweep_morris_title": "{name} change le plus le résultat",
    "sweep_morris_subtitle": (
        "{outcome} : ampleur moyenne de l'écart quand une entrée parcourt sa plage (Morris, µ*)"
    ),
    "sweep_total_title": "{name} explique la plus grande part de la variation",
    "sweep_total_subtitle": (
        "{outcome} : part de la variance ; barre entière : indice total, foncé : seul (Sobol)"
    ),
    "sweep_correlation_title": "{name} va le plus de pair avec le résultat",
    "sweep_correlation_subtitle": "{outcome} : corrélation des rangs avec chaque entrée (Spearman)",
    "sweep_bars_none": "Aucune entrée ne se distingue d'un effet nul",
    "sweep_bars_note": (
        "Barres pâles : l'intervalle à 95 % contient zéro, elles ne sont pas classées. Les "
        "intervalles disent la confiance due à l'échantillon de points."
    ),
    "sweep_pareto_title": "{n} points sur {all} ne sont battus par aucun autre",
    "sweep_pareto_subtitle": "{burden} selon : {cost}",
    "sweep_pareto_note": (
        "Points joints : aucun autre ne coûte moins en laissant moins de nuits à la rue. Croix : "
        "intervalles à 95 %."
    ),
    "sweep_efficient": "battu par aucun",
    "sweep_lever": "entrée",
    "sweep_index": "indice",
    "sweep_mean": "moyenne",
    "sweep_low": "bas",
    "sweep_high": "haut",
    "sweep_yes": "oui",
    "sweep_no": "non",
    "report_kind_sweep": "balayage",
    "report_sweep_figures": "Ce qui en ressort",
    "report_sweep_levers": "Ce qui varie",
    "report_sweep_failures": "Points en échec",
    "report_sweep_method": "Comment c'est fait",
    "sweep_tile": "de plus de « {other} » font autant qu'une unité de « {one} »",
    "sweep_question": "Combien d'unités de « {other} » en vaut une de « {one} » ?",
    "sweep_answer": (
        "Mesurée en « {outcome} », une unité de plus de « {one} » fait autant que {rate} de plus "
        "de « {other} » (intervalle à 95 % : {low} à {high}), en moyenne sur tous les points."
    ),
    "sweep_answer_part": "{part} : {rate} ({low} à {high}).",
    "sweep_answer_unknown": (
        "{part} : on ne peut le dire, « {other} » n'y a peut-être aucun effet."
    ),
    "sweep_part_all": "Tous les points",
    "sweep_part_low": "Où « {one} » est bas (jusqu'à {n})",
    "sweep_part_high": "Où « {one} » est haut (dès {n})",
    "sweep_worth": (
        "Une unité de plus la change de {first} (« {one} ») et de {second} (« {other} »)."
    ),
    "sweep_in_base": "aujourd'hui",
    "sweep_values": "valeurs",
    "sweep_all_points": "Tous les points",
    "sweep_made_text": (
        "Plan : {design}. {points} points, dont {different} différents ; {replications} "
        "réplications chacun ; graine {seed} ; programme {program}. Base : {base}."
    ),
}
