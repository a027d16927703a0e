"""The words of comparisons, in English and French: a part of ``sim.presentation.words``."""

ENGLISH = {
    # the terminal
    "compare_head": (
        "{base}: base of {n} comparisons; {replications} replications, seed {seed}, the "
        "same luck for all"
    ),
    "compare_one": "{title} [{name}], against {base}",
    "compare_changed": "What changed",
    "compare_same": "Nothing that can change a result.",
    "compare_because": "because: {text}",
    "compare_moved": "What moved",
    "compare_base": "base",
    "compare_here": "here",
    "compare_change": "change (95 % interval)",
    "compare_sure": "how sure",
    "compare_yes": "certain (p {p})",
    "compare_no": "not certain (p {p})",
    "compare_none": "no change at all",
    "compare_unknown": "cannot be told",
    "compare_also": "Also certain: {some}.",
    "compare_count": (
        "Of {services} other numbers of services {moved} moved for certain, of {details} details "
        "{more}: differences.csv."
    ),
    "compare_tests": (
        "Certain: each interval is at 95 % for itself; p is corrected for the {n} headline numbers "
        "tested here (Holm), so that the chance of calling anything certain that did not move is "
        "at most 5 %. Services ({services} tests) and details ({details}) are "
        "families of their own."
    ),
    "p_below": "< {p}",
    "p_is": "= {p}",
    # figures
    "headline_title": "{name}: {change} street nights a year",
    "headline_title_none": "No scenario changes the street nights for certain",
    "headline_subtitle": "Change of street nights a year against: {base}",
    "headline_axis": "street nights a year, difference from the base",
    "headline_note": (
        "Point: mean paired difference. Line: 95 % interval, each for itself. "
        "Filled: certain after "
        "correction for {n} tests (Holm); hollow: not certain. Left of zero: fewer nights."
    ),
    "headline_shown": "{change} ({low} to {high})",
    "nights_change": "street nights a year, change",
    "course_street": "people in the street",
    "course_blocked": "blocked places",
    "course_occupied": "occupied places",
    "course_waiting": "people waiting",
    "course_title": "{course}: {name} moves it most, {change} at the end",
    "course_title_none": "{course}: no difference at the end is above its band",
    "course_subtitle": (
        "Above: base (grey) and scenario, all on one scale. Below: difference and its 95 % band"
    ),
    "course_difference": "difference",
    "course_note": (
        "Same luck in base and scenario; the band is the 95 % interval of the "
        "mean paired difference "
        "at each time, each for itself."
    ),
    "course_means": "Means over {step} days.",
    "course_mean_1": "Daily means.",
    "base_word": "base",
    # two runs
    "diff_title": "{old} and {new}: what moved",
    "diff_same_luck": "The runs share their luck: judged in pairs.",
    "diff_other_luck": "The runs do not share their luck ({why}): judged by Welch's test.",
    "diff_scenario": "What differs between the scenarios",
    "diff_numbers": "Numbers that moved beyond noise, and the headline numbers that did not",
    "diff_figures": "Figures",
    "diff_path": "value",
    "diff_number": "number",
    "diff_old": "old",
    "diff_new": "new",
    "diff_moved": "moved",
    "diff_noise": "within noise",
    "diff_equal": "no point differs",
    "diff_differs": "difference: {share} of the points",
    "diff_no_figure": "A run has neither this figure nor what it is drawn from.",
    "diff_none": "Nothing moved beyond noise; of {all} numbers {some} differ at all.",
    "diff_some": "{n} of {all} numbers moved beyond noise; {some} differ at all.",
    "diff_gone": "Measures that only one of the runs has: {names}.",
}

FRENCH = {
    "compare_head": (
        "{base} : référence de {n} comparaisons ; {replications} réplications, graine "
        "{seed}, même hasard pour tous"
    ),
    "compare_one": "{title} [{name}], par rapport à : {base}",
    "compare_changed": "Ce qui a été changé",
    "compare_same": "Rien qui puisse changer un résultat.",
    "compare_because": "parce que : {text}",
    "compare_moved": "Ce qui a bougé",
    "compare_base": "référence",
    "compare_here": "ici",
    "compare_change": "écart (intervalle à 95 %)",
    "compare_sure": "est-ce sûr ?",
    "compare_yes": "sûr (p {p})",
    "compare_no": "non établi (p {p})",
    "compare_none": "aucun écart",
    "compare_unknown": "ne peut être dit",
    "compare_also": "Sûrs également : {some}.",
    "compare_count": (
        "Sur {services} autres nombres des services, {moved} ont bougé de façon sûre ; sur "
        "{details} détails, {more} : differences.csv."
    ),
    "compare_tests": (
        "Sûr : chaque intervalle à 95 % vaut pour lui seul ; p est corrigé pour les {n} nombres "
        "principaux testés ici (Holm) : le risque d'appeler sûr un écart qui n'existe pas est d'au "
        "plus 5 %. Services ({services} tests) et détails ({details}) sont des familles à part."
    ),
    "p_below": "< {p}",
    "p_is": "= {p}",
    "headline_title": "{name} : {change} nuits à la rue par an",
    "headline_title_none": "Aucun scénario ne change les nuits à la rue de façon sûre",
    "headline_subtitle": "Écart des nuits à la rue par an, par rapport à : {base}",
    "headline_axis": "nuits à la rue par an, écart à la référence",
    "headline_note": (
        "Point : écart apparié moyen. Trait : intervalle à 95 %, chacun pour lui seul. Plein : sûr "
        "après correction pour {n} tests (Holm) ; creux : non établi. À gauche de zéro : moins de "
        "nuits."
    ),
    "headline_shown": "{change} ({low} à {high})",
    "nights_change": "nuits à la rue par an, écart",
    "course_street": "personnes à la rue",
    "course_blocked": "places bloquées",
    "course_occupied": "places occupées",
    "course_waiting": "personnes en attente",
    "course_title": "{course} : l'écart le plus grand est celui de « {name} », {change} à la fin",
    "course_title_none": "{course} : à la fin, aucun écart ne dépasse sa bande",
    "course_subtitle": (
        "En haut : référence (gris) et scénario, même échelle. En bas : écart et sa bande à 95 %"
    ),
    "course_difference": "écart",
    "course_note": (
        "Même hasard dans la référence et le scénario ; la bande est "
        "l'intervalle à 95 % de l'écart "
        "apparié moyen à chaque date, chacun pour lui seul."
    ),
    "course_means": "Moyennes sur {step} jours.",
    "course_mean_1": "Moyennes par jour.",
    "base_word": "référence",
    # two runs
    "diff_title": "{old} et {new} : ce qui a bougé",
    "diff_same_luck": "Les calculs partagent leur hasard : jugés par paires.",
    "diff_other_luck": "Les calculs ne partagent pas leur hasard ({why}) : test de Welch.",
    "diff_scenario": "Ce qui diffère entre les scénarios",
    "diff_numbers": (
        "Nombres qui ont bougé plus que le bruit, et les principaux qui n'ont pas bougé"
    ),
    "diff_figures": "Figures",
    "diff_path": "valeur",
    "diff_number": "nombre",
    "diff_old": "ancien",
    "diff_new": "nouveau",
    "diff_moved": "a bougé",
    "diff_noise": "dans le bruit",
    "diff_equal": "aucun point ne diffère",
    "diff_differs": "différence : {share} des points",
    "diff_no_figure": "Un des calculs n'a ni cette figure ni de quoi la dessiner.",
    "diff_none": (
        "Rien n'a bougé plus que le bruit ; sur {all} nombres, {some} diffèrent un tant soit peu."
    ),
    "diff_some": (
        "{n} nombres sur {all} ont bougé plus que le bruit ; {some} diffèrent un tant soit peu."
    ),
    "diff_gone": "Mesures qu'un seul des calculs possède : {names}.",
}
