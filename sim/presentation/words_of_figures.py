"""The words of figures, in English and French: a part of ``sim.presentation.words``."""

ENGLISH = {
    # where
    "where_title": "The street holds {n} people at the end ({first} at the start)",
    "where_subtitle": "People by where they live",
    "where_y": "people",
    # places
    "places_title": "{n} of {all} places are blocked on average",
    "places_title_none": "No place is ever blocked",
    "places_subtitle": "What the places of each service are used for",
    "places_y": "places",
    "planned": "planned stay",
    "held": "held (route delay)",
    "blocked": "blocked",
    "free": "free",
    "closed": "closed",
    "capacity": "places there are",
    "places_note": (
        "Red number: share of the people there who are blocked at the end. "
        "Each panel has its own scale. Above the line: people above capacity."
    ),
    # waiting
    "waiting_title": "The longest waiting list at the end: {service}, {n} people",
    "waiting_title_none": "Nobody waits at the end",
    "waiting_subtitle": "People on each waiting list, wherever they live",
    "waiting_y": "people",
    "waiting_note": (
        "Line: mean. Dark band: 95% interval of the mean. "
        "Light band: 90% of the replications lie inside (5th to 95th percentile). "
        "Number: at the end. Each panel has its own scale."
    ),
    "waiting_note_1": (
        "Line: the only replication. Number: at the end. Each panel has its own scale."
    ),
    "waiting_list": "people waiting",
    "low": "mean, 95% low",
    "high": "mean, 95% high",
    "p5": "5th percentile",
    "p95": "95th percentile",
    # blocked
    "blocked_title": "At the root, {share} of the blocked days are for want of: {service}",
    "blocked_title_none": "Nobody is blocked in this pathway",
    "blocked_subtitle": (
        "Days a year, and share of all blocked place-days (last row: of all street nights)"
    ),
    "blocked_note": "Services nobody waits for (below 0.5%) are left out.",
    "direct": "Waiting for ...",
    "direct_sub": "the service people wait for",
    "root": "... which at the root means for want of",
    "root_sub": "passed on while the service waited for is itself held by blocked people",
    "blocked_rows": "Blocked in",
    "all_blocked": "All blocked places",
    "street_nights": "Street nights",
    "place_days": "days a year",
    "share": "share",
    "tracing": "tracing",
    "direct_word": "direct",
    "root_word": "root",
    "waits_for": "for want of",
    # flow
    "flow_title": (
        "{where}: {share} of the people are ready to leave but blocked, for want of: {want}"
    ),
    "flow_title_none": "Nobody is blocked: people move through the pathway",
    "flow_subtitle": (
        "Boxes: as high as the people living there. "
        "Arrows: as wide as the people moving in a year. Means over the period."
    ),
    "flow_blocked": "{share} blocked",
    "flow_people": "{n} people",
    "flow_people_places": "{n} people, {places} places",
    "flow_waiting": "{n} waiting",
    "flow_back": "back to the street: {n} a year",
    "flow_arrivals": "{n} arrive",
    "flow_a_year": "{n}/yr",
    "flow_exits": "out of the pathway, a year: {left} left, {died} died",
    "flow_reached": "Reached in\nthe street by",
    "flow_contacts": "{n} contacts a year",
    "flow_visits": "{n} visits a year",
    "flow_nights": "{n} nights a year",
    "flow_turned_away": "{n} turned away",
    "flow_requests": "{n} referrals\naccepted a year",
    "flow_note": (
        "Numbers on arrows: people a year. Moves below 1% of all moves into and out of places are "
        "not drawn. "
        "Very small boxes are drawn larger. Moves count night places as the street."
    ),
    "from": "from",
    "to": "to",
    "quantity": "quantity",
    "value": "value",
    "moves_per_year": "moves a year",
    "people_living": "people living there",
    "people_blocked": "people blocked",
    "places_open": "places open",
    "contacts_per_year": "contacts a year",
    "visits_per_year": "visits a year",
    "nights_per_year": "nights a year",
    "turned_away_per_year": "turned away a year",
    "accepted_per_year": "referrals accepted a year",
    "arrivals": "Arrivals",
}

FRENCH = {
    "where_title": "À la fin, {n} personnes vivent à la rue (au début : {first})",
    "where_subtitle": "Où vivent les personnes",
    "where_y": "personnes",
    "places_title": "{n} places sur {all} sont bloquées en moyenne",
    "places_title_none": "Aucune place n'est jamais bloquée",
    "places_subtitle": "À quoi servent les places de chaque service",
    "places_y": "places",
    "planned": "séjour prévu",
    "held": "retenue (délai d'orientation)",
    "blocked": "bloquée",
    "free": "libre",
    "closed": "fermée",
    "capacity": "places existantes",
    "places_note": (
        "Chiffre rouge : part des personnes présentes qui sont bloquées à la fin. "
        "Chaque cadre a sa propre échelle. Au-dessus de la ligne : personnes en sureffectif."
    ),
    "waiting_title": "La plus longue liste d'attente à la fin : {service}, {n} personnes",
    "waiting_title_none": "Personne n'attend à la fin",
    "waiting_subtitle": "Personnes sur chaque liste d'attente, où qu'elles vivent",
    "waiting_y": "personnes",
    "waiting_note": (
        "Ligne : moyenne. Bande foncée : intervalle à 95 % de la moyenne. "
        "Bande claire : 90 % des réplications s'y trouvent (5e au 95e centile). "
        "Chiffre : à la fin. Chaque cadre a sa propre échelle."
    ),
    "waiting_note_1": (
        "Ligne : l'unique réplication. Chiffre : à la fin. Chaque cadre a sa propre échelle."
    ),
    "waiting_list": "personnes en attente",
    "low": "moyenne, borne basse à 95 %",
    "high": "moyenne, borne haute à 95 %",
    "p5": "5e centile",
    "p95": "95e centile",
    "blocked_title": "À la racine, {share} des journées bloquées le sont faute de : {service}",
    "blocked_title_none": "Personne n'est bloqué dans ce parcours",
    "blocked_subtitle": (
        "Journées par an, et part de toutes les journées-places bloquées "
        "(dernière ligne : de toutes les nuits à la rue)"
    ),
    "blocked_note": "Les services que personne n'attend (moins de 0,5 %) ne sont pas montrés.",
    "direct": "En attente de...",
    "direct_sub": "le service que les personnes attendent",
    "root": "... c'est-à-dire, à la racine, faute de",
    "root_sub": "reporté plus loin quand le service attendu est lui-même occupé par des bloqués",
    "blocked_rows": "Bloqués dans",
    "all_blocked": "Toutes les places bloquées",
    "street_nights": "Nuits à la rue",
    "place_days": "journées par an",
    "share": "part",
    "tracing": "attribution",
    "direct_word": "directe",
    "root_word": "racine",
    "waits_for": "faute de",
    "flow_title": (
        "{where} : {share} des personnes sont prêtes à partir mais bloquées, faute de : {want}"
    ),
    "flow_title_none": "Personne n'est bloqué : le parcours est fluide",
    "flow_subtitle": (
        "Boîtes : hauteur selon les personnes qui y vivent. "
        "Flèches : largeur selon les personnes qui passent en un an. Moyennes sur la période."
    ),
    "flow_blocked": "{share} bloquées",
    "flow_people": "{n} personnes",
    "flow_people_places": "{n} pers., {places} places",
    "flow_waiting": "{n} en attente",
    "flow_back": "retour à la rue : {n} par an",
    "flow_arrivals": "{n} arrivent",
    "flow_a_year": "{n}/an",
    "flow_exits": "sorties du parcours, par an : {left} partis, {died} décédés",
    "flow_reached": "Rencontrés à\nla rue par",
    "flow_contacts": "{n} contacts par an",
    "flow_visits": "{n} visites par an",
    "flow_nights": "{n} nuits par an",
    "flow_turned_away": "{n} refus",
    "flow_requests": "{n} orientations\nacceptées par an",
    "flow_note": (
        "Nombres sur les flèches : personnes par an. Les passages au-dessous de 1 % des entrées et "
        "sorties des places ne sont pas dessinés. Les très petites boîtes sont agrandies. "
        "Pour les passages, les places de nuit comptent avec la rue."
    ),
    "from": "de",
    "to": "vers",
    "quantity": "grandeur",
    "value": "valeur",
    "moves_per_year": "passages par an",
    "people_living": "personnes présentes",
    "people_blocked": "personnes bloquées",
    "places_open": "places ouvertes",
    "contacts_per_year": "contacts par an",
    "visits_per_year": "visites par an",
    "nights_per_year": "nuits par an",
    "turned_away_per_year": "refus par an",
    "accepted_per_year": "orientations acceptées par an",
    "arrivals": "Arrivées",
}
