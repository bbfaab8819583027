"""Every word of the interface, in both languages, in one table.

Words about the world (kinds, properties, modalities) are not here: they are in the data.
``{n}`` and the like are filled in by ``View.t``; ``…_one`` and ``…_many`` by ``View.count``.
"""

from collections.abc import Mapping
from typing import Final

from stadsgraaf.errors import Text

__all__ = ["WORDS"]

WORDS: Final[Mapping[str, Text]] = {
    # --- every page -----------------------------------------------------------------------------
    "skip": Text("To the content", "Naar de inhoud"),
    "search": Text("Search", "Zoek"),
    "search_label": Text("Search the graph", "Zoek in de graaf"),
    "search_placeholder": Text("Name, code or word", "Naam, code of woord"),
    "main_menu": Text("Main menu", "Hoofdmenu"),
    "menu_browse": Text("Things", "Dingen"),
    "menu_claims": Text("Claims", "Beweringen"),
    "menu_map": Text("Map", "Kaart"),
    "menu_timeline": Text("Timeline", "Tijdlijn"),
    "menu_queries": Text("Questions", "Vragen"),
    "menu_sparql": Text("SPARQL", "SPARQL"),
    "menu_data": Text("Data", "Data"),
    "other_language": Text("Nederlands", "English"),
    "version": Text("version", "versie"),
    "release": Text("Release", "Uitgave"),
    "releases": Text("Releases", "Uitgaven"),
    "releases_text": Text(
        "Releases never change. Add ?release= to any address of this site to read it as it was in that "
        "release; every answer names its release in the header Stadsgraaf-Release.",
        "Uitgaven veranderen nooit. Zet ?release= achter een adres van deze site om het te lezen zoals "
        "het in die uitgave was; elk antwoord noemt zijn uitgave in de header Stadsgraaf-Release.",
    ),
    "switched_on": Text("Published (UTC)", "Gepubliceerd (UTC)"),
    "current_release": Text("current", "huidig"),
    "since_before": Text("since the previous one", "sinds de vorige"),
    "changes": Text("Changes", "Wijzigingen"),
    "changes_text": Text(
        "{removed} statements removed and {added} added, about {things} things.",
        "{removed} uitspraken verwijderd en {added} toegevoegd, over {things} dingen.",
    ),
    "release_from": Text("From", "Van"),
    "release_to": Text("To", "Tot"),
    "compare": Text("Compare", "Vergelijk"),
    "removed": Text("Removed", "Verwijderd"),
    "added": Text("Added", "Toegevoegd"),
    "what_changed": Text("What changed", "Wat er veranderde"),
    "as_patch": Text("As RDF Patch", "Als RDF-patch"),
    "no_changes": Text("These releases are the same.", "Deze uitgaven zijn gelijk."),
    "old_release": Text(
        "You are reading release {release}, which is kept as it was.",
        "U leest uitgave {release}, die bewaard is zoals zij was.",
    ),
    "to_current": Text("This page in the current release", "Deze pagina in de huidige uitgave"),
    "last_release": Text("As it last was", "Zoals het laatst was"),
    "accessibility": Text("Accessibility", "Toegankelijkheid"),
    "privacy": Text("Privacy", "Privacy"),
    "start": Text("Home", "Start"),
    "crumbs": Text("Breadcrumbs", "Kruimelpad"),
    "and": Text("and", "en"),
    "or": Text("or", "of"),
    "signatures": Text("What leads to what", "Wat naar wat leidt"),
    "signatures_text": Text(
        "Which classes of things have a property, and what its values are.",
        "Welke klassen van dingen een eigenschap hebben, en wat haar waarden zijn.",
    ),
    "starts_from": Text("From", "Van"),
    "leads_to": Text("To", "Naar"),
    "any_thing": Text("anything", "om het even wat"),
    "yes": Text("yes", "ja"),
    "no": Text("no", "nee"),
    "north": Text("N", "N.B."),
    "south": Text("S", "Z.B."),
    "east": Text("E", "O.L."),
    "west": Text("W", "W.L."),
    # --- a thing --------------------------------------------------------------------------------
    "permanent": Text("Permanent address", "Duurzaam adres"),
    "graph_holds": Text("{name} is in this graph with", "{name} staat in deze graaf met"),
    "graph_holds_this": Text("About this, the graph has", "Hierover staan in deze graaf"),
    "between_years": Text("from {first} to {last}", "van {first} tot en met {last}"),
    "in_year": Text("in {year}", "in {year}"),
    "n_facts_one": Text("{n} fact", "{n} feit"),
    "n_facts_many": Text("{n} facts", "{n} feiten"),
    "at_least": Text("At least", "Minstens"),
    "n_claims_one": Text("{n} claim", "{n} bewering"),
    "n_claims_many": Text("{n} claims", "{n} beweringen"),
    "n_links_one": Text("{n} link to it", "{n} verwijzing ernaar"),
    "n_links_many": Text("{n} links to it", "{n} verwijzingen ernaar"),
    "n_contradictions_one": Text("{n} contradiction", "{n} tegenspraak"),
    "n_contradictions_many": Text("{n} contradictions", "{n} tegenspraken"),
    "facts": Text("In brief", "In het kort"),
    "further": Text("More", "Verder"),
    "all_from": Text("All of this comes from", "Dit alles komt uit"),
    "more_values": Text("and {n} more", "en nog {n}"),
    "in_other_language": Text("in another language", "in een andere taal"),
    "of_which_above": Text("of which {n} above", "waarvan {n} hierboven"),
    "all_of": Text("All {n}", "Alle {n}"),
    "empty_list": Text("(empty list)", "(lege lijst)"),
    "unnamed": Text("(without a name)", "(zonder naam)"),
    "cut": Text("(cut off here; complete in the data)", "(hier afgekapt; volledig in de data)"),
    "details": Text("details", "details"),
    "timeline": Text("Timeline", "Tijdlijn"),
    "map_most": Text(
        "Only the things linked to most places are marked, {n} for each sort of link; query the rest with SPARQL.",
        "Alleen wat met de meeste plaatsen verband houdt is aangegeven, {n} dingen per soort verband; de rest is met SPARQL op te vragen.",
    ),
    "timeline_latest": Text(
        "Only the latest {n} dates of each kind are shown; query the rest with SPARQL.",
        "Van elke soort staan hier alleen de laatste {n} datums; de rest is met SPARQL op te vragen.",
    ),
    "all_moments": Text("All {n} moments", "Alle {n} momenten"),
    "n_moments_one": Text("{n} moment", "{n} moment"),
    "n_moments_many": Text("{n} moments", "{n} momenten"),
    "whole_timeline": Text("whole timeline", "hele tijdlijn"),
    "timeline_title": Text("Timeline, {first} to {last}", "Tijdlijn, {first} tot en met {last}"),
    "timeline_text": Text(
        "Points are days, bars are periods. The list below the drawing says the same in words.",
        "Punten zijn dagen, balken zijn perioden. De lijst onder de tekening zegt hetzelfde in woorden.",
    ),
    "timeline_legend": Text(
        "Point: a day or month. Bar: a period. Dashed: some time within it. Arrow: beginning or end "
        "unknown.",
        "Punt: een dag of maand. Balk: een periode. Gestreept: ergens in die tijd. Pijl: begin of "
        "einde onbekend.",
    ),
    "no_dates": Text("Nothing here has a date.", "Niets hier heeft een datum."),
    "not_asserted": Text("not a fact", "geen feit"),
    "around": Text("What is around it", "Directe omgeving"),
    "around_text": Text(
        "On the left what points here, on the right what this points at; the lists on this page say "
        "the same.",
        "Links wat hiernaar verwijst, rechts waar dit naar verwijst; de lijsten op deze pagina zeggen "
        "hetzelfde.",
    ),
    "links_here": Text("What points here", "Wat hiernaar verwijst"),
    "instances_one": Text("{n} thing of this kind", "{n} ding van deze soort"),
    "instances_many": Text("{n} things of this kind", "{n} dingen van deze soort"),
    "unknown": Text("What we do not know", "Wat we niet weten"),
    "unknown_text": Text(
        "You would expect the following of a thing of this kind, but the graph does not have it:",
        "Bij een ding van deze soort zou u ook het volgende verwachten, maar de graaf heeft het niet:",
    ),
    "beside": Text("About this page", "Bij deze pagina"),
    "where": Text("Where", "Waar"),
    "map_title": Text("Where {name} is", "Waar {name} ligt"),
    "map_text": Text(
        "The stronger the colour, the more links the place has with what is listed here.",
        "Hoe sterker de kleur, hoe meer verbanden de plaats heeft met wat hier op de lijst staat.",
    ),
    "map_origin": Text("Drawn from", "Getekend naar"),
    "query_behind": Text("The query behind this picture", "De query achter dit beeld"),
    "n_corners": Text("shape of {n} points", "vorm van {n} punten"),
    "map_of": Text("Map of the places of {name}", "Kaart van de plaatsen van {name}"),
    "map_of_all": Text("Map of all places", "Kaart van alle plaatsen"),
    "n_places_one": Text("{n} place", "{n} plaats"),
    "n_places_many": Text("{n} places", "{n} plaatsen"),
    "places": Text("The places by name", "De plaatsen op naam"),
    "all_places": Text("all places", "alle plaatsen"),
    "about_thing": Text("about this", "hierover"),
    "mark": Text("Mark the places of", "Markeer de plaatsen van"),
    "choose": Text("Choose", "Kies"),
    "concepts": Text("Concepts", "Begrippen"),
    "usage": Text("Properties", "Eigenschappen"),
    "usage_text": Text(
        "Properties of things of this kind, the most frequent first.",
        "Eigenschappen van dingen van deze soort, de meest voorkomende eerst.",
    ),
    "property": Text("Property", "Eigenschap"),
    "needed": Text("Required", "Verplicht"),
    "uses": Text("Uses", "Gebruikt"),
    "data_text_elsewhere": Text(
        "{triples}, {classes}, {properties}. Ask for them, or take a single thing.",
        "{triples}, {classes}, {properties}. Vraag ernaar, of neem één ding.",
    ),
    "elsewhere": Text("Known elsewhere as", "Elders bekend als"),
    "take": Text("Download", "Download"),
    "about_size": Text("about {size}", "ca. {size}"),
    "ask_in_sparql": Text("Ask in SPARQL", "Bevraag in SPARQL"),
    "cite": Text("How to cite", "Zo verwijst u hiernaar"),
    "wrong": Text("Is something wrong?", "Klopt er iets niet?"),
    "report": Text("Report an error or an addition", "Meld een fout of aanvulling"),
    "in_graph": Text("What is in it", "Wat erin staat"),
    "n_triples_one": Text("{n} triple", "{n} triple"),
    "n_triples_many": Text("{n} triples", "{n} triples"),
    # --- sources --------------------------------------------------------------------------------
    "source": Text("Source", "Bron"),
    "sources": Text("Sources", "Bronnen"),
    "claim_in": Text("Claim, in", "Bewering, in"),
    "named_graph": Text("Part of this dataset", "Deel van deze dataset"),
    "made_from": Text("made from", "gemaakt uit"),
    "open_claim": Text("Open the claim", "Open de bewering"),
    "open_source": Text("Open the source", "Open de bron"),
    # --- claims ---------------------------------------------------------------------------------
    "claims": Text("Claims", "Beweringen"),
    "role_claimSubject": Text("About {name}", "Over {name}"),
    "role_claimObject": Text("In which {name} is named", "Waarin {name} genoemd wordt"),
    "role_holder": Text("As holder", "Als houder"),
    "role_speaker": Text("As speaker", "Als spreker"),
    "role_reporter": Text("As reporter", "Als verslaggever"),
    "role_claimPredicate": Text("With the property {name}", "Met de eigenschap {name}"),
    "all_claims": Text("All {n} claims", "Alle {n} beweringen"),
    "denied": Text("denied", "ontkend"),
    "contested": Text("contested", "betwist"),
    "voice": Text("According to", "Volgens"),
    "holder": Text("Holder", "Houder"),
    "speaker": Text("Speaker", "Spreker"),
    "reporter": Text("Reporter", "Verslaggever"),
    "when": Text("When", "Wanneer"),
    "stands_in": Text("In", "In"),
    "evidence": Text("How sure", "Hoe zeker"),
    "characters": Text("characters {start} to {end}", "tekens {start} tot {end}"),
    "no_evidence": Text("no place given", "geen plaats vermeld"),
    "contradictions": Text("Contradictions", "Tegenspraak"),
    "contradiction": Text("contradicts", "spreekt tegen"),
    "tension": Text("in tension with", "op gespannen voet met"),
    "refines": Text("Refines", "Preciseert"),
    "refines_back": Text("Refined by", "Gepreciseerd door"),
    "corroborates": Text("Supports", "Steunt"),
    "corroborates_back": Text("Supported by", "Gesteund door"),
    "outcomeOf": Text("Is the outcome of", "Is de afloop van"),
    "outcomeOf_back": Text("What came of it", "Wat ervan kwam"),
    "statement": Text("What is claimed", "Wat er beweerd wordt"),
    "is_fact": Text(
        "Asserted, not denied and not merely possible: the graph therefore also has it as a fact.",
        "Vastgesteld, niet ontkend en niet slechts mogelijk: de graaf heeft het daarom ook als feit.",
    ),
    "is_no_fact": Text(
        "The graph has this only as a claim, not as a fact.",
        "De graaf heeft dit alleen als bewering, niet als feit.",
    ),
    "is_background": Text(
        "Its source asserts this; the graph has it as a claim beside the facts, not as one of them.",
        "De bron stelt dit vast; de graaf heeft het als bewering naast de feiten, niet als een ervan.",
    ),
    "claims_text": Text(
        "Who holds what, how firmly, and where it stands. A claim is not a fact: what is hoped, "
        "planned, denied or merely possible remains a claim.",
        "Wie wat beweert, hoe stellig, en waar het staat. Een bewering is geen feit: wat gehoopt, "
        "gepland, ontkend of slechts mogelijk is, blijft een bewering.",
    ),
    "matrix": Text("Who claims how much, and how firmly", "Wie hoeveel beweert, en hoe stellig"),
    "matrix_more_one": Text(
        "{n} more holder is listed in the filters.", "Nog {n} houder staat bij de filters."
    ),
    "matrix_more_many": Text(
        "{n} more holders are listed in the filters.", "Nog {n} houders staan bij de filters."
    ),
    "only_contested": Text("Contested claims, side by side", "Betwiste beweringen, naast elkaar"),
    "read_in_order": Text("Read them in the source", "Lees ze in de bron"),
    "digest": Text("SHA-256 of the passage:", "SHA-256 van de passage:"),
    # --- a source, read -------------------------------------------------------------------------
    "reader": Text("Reader", "Lezer"),
    "readers_text": Text(
        "Documents that claims refer to.", "Documenten waar beweringen naar verwijzen."
    ),
    "no_documents": Text("There are none.", "Er zijn er geen."),
    "with_text": Text(
        "Every passage that a claim rests on is underlined; follow it to the claim, and the claim "
        "back to its passage. A small number is a claim on the same words as another.",
        "Elke passage waar een bewering op rust is onderstreept; volg haar naar de bewering, en de "
        "bewering terug naar haar passage. Een klein cijfer is een bewering over dezelfde woorden "
        "als een andere.",
    ),
    "claim_n": Text("claim {n}", "bewering {n}"),
    "no_text": Text(
        "The text is not published here, because it is not ours. Below is what it claims, in our "
        "own words and in its order.",
        "De tekst staat hier niet, want hij is niet van ons. Hieronder staat wat hij beweert, in "
        "onze eigen woorden en in zijn volgorde.",
    ),
    "no_text_fault": Text("The text cannot be shown", "De tekst kan niet worden getoond"),
    "text_missing": Text(
        "The setting “article” names {file}, but there is no such file.",
        "De instelling “article” noemt {file}, maar dat bestand is er niet.",
    ),
    "text_not_utf8": Text(
        "The setting “article” names {file}, which is not UTF-8.",
        "De instelling “article” noemt {file}, en dat is geen UTF-8.",
    ),
    "text_differs": Text(
        "The setting “article” names {file}, but that is another text: its SHA-256 is not the one "
        "that the graph has of this document. The passages would not be where the claims say.",
        "De instelling “article” noemt {file}, maar dat is een andere tekst: zijn SHA-256 is niet "
        "die de graaf van dit document heeft. De passages zouden niet staan waar de beweringen zeggen.",
    ),
    "text_no_digest": Text(
        "The setting “article” names {file}, but the graph has no SHA-256 of this document, so that "
        "nobody knows whether it is the same text.",
        "De instelling “article” noemt {file}, maar de graaf heeft geen SHA-256 van dit document, "
        "zodat niemand weet of het dezelfde tekst is.",
    ),
    "read_with_claims": Text("Read it with its {n} claims", "Lees het met zijn {n} beweringen"),
    # --- lists ----------------------------------------------------------------------------------
    "home_claims": Text(
        "{n} claims, each with its holder, its certainty and its source.",
        "{n} beweringen, elk met houder, stelligheid en bron.",
    ),
    "home_questions": Text("Questions with their answers", "Vragen met hun antwoord"),
    "home_example": Text(
        "Who says what, and who says otherwise", "Wie zegt wat, en wie zegt iets anders"
    ),
    "home_example_text": Text(
        "Every claim names its holder, how firmly it is held and where it stands. What is hoped, "
        "planned or contradicted is never silently turned into a fact.",
        "Elke bewering noemt haar houder, hoe stellig zij is en waar zij staat. Wat wordt gehoopt, "
        "gepland of tegengesproken, wordt nooit stilzwijgend een feit.",
    ),
    "home_contested": Text("All contradictions, side by side", "Alle tegenspraak, naast elkaar"),
    "home_ways": Text("Ways in", "Ingangen"),
    "way_claims": Text("Claims", "Beweringen"),
    "way_claims_text": Text("by holder, certainty and theme", "naar houder, zekerheid en thema"),
    "way_reader": Text("Reader", "Lezer"),
    "way_reader_text": Text(
        "a source with the claims at their passages", "een bron met de beweringen bij hun passages"
    ),
    "way_map": Text("Map", "Kaart"),
    "way_map_text": Text(
        "places and what they have to do with", "plaatsen en waar ze mee te maken hebben"
    ),
    "way_timeline": Text("Timeline", "Tijdlijn"),
    "way_timeline_text": Text(
        "what happened when, and how certain that is",
        "wat wanneer gebeurde, en hoe zeker dat is",
    ),
    "way_schemes": Text("Concept schemes", "Begrippenlijsten"),
    "way_schemes_text": Text("concepts from broad to narrow", "begrippen van ruim naar nauw"),
    "way_vocabulary": Text("Vocabulary", "Vocabulaire"),
    "way_vocabulary_text": Text(
        "what every class and property means", "wat elke klasse en eigenschap betekent"
    ),
    "all_questions": Text("All {n} questions", "Alle {n} vragen"),
    "home_kinds": Text("What is in it", "Wat erin staat"),
    "all_kinds": Text("All kinds of things", "Alle soorten dingen"),
    "home_machines": Text("For machines", "Voor machines"),
    "home_machines_text": Text(
        "Every thing has a lasting address that answers as a page or as data; everything can be "
        "queried in SPARQL and downloaded whole.",
        "Elk ding heeft een duurzaam adres dat antwoordt als pagina of als data; alles is te "
        "bevragen in SPARQL en als geheel te downloaden.",
    ),
    "more_found": Text(
        "more than {n} found: type more to narrow it down",
        "meer dan {n} gevonden: typ meer om gerichter te zoeken",
    ),
    "n_found_one": Text("{n} thing found", "{n} ding gevonden"),
    "n_found_many": Text("{n} things found", "{n} dingen gevonden"),
    "of_kind": Text("of the kind {kind}", "van de soort {kind}"),
    "corrected": Text(
        "No name is spelled like that; these are the closest.",
        "Geen naam wordt zo gespeld; dit komt er het dichtst bij.",
    ),
    "nothing_found": Text("Nothing is called “{text}”.", "Niets heet “{text}”."),
    "by_kind": Text("By kind", "Naar soort"),
    "every_kind": Text("Every kind", "Elke soort"),
    "kind_unknown": Text("of no kind", "zonder soort"),
    "also_called": Text("also: {name}", "ook: {name}"),
    "search_help": Text(
        "Type a name, a code or the start of a word, in Dutch or English.",
        "Typ een naam, een code of het begin van een woord, in het Nederlands of Engels.",
    ),
    "browse_text": Text(
        "Everything in the graph, by kind, with numbers.",
        "Alles in de graaf, naar soort, met aantallen.",
    ),
    "sort_actor": Text("People and organisations", "Mensen en organisaties"),
    "sort_claim": Text("Claims", "Beweringen"),
    "sort_place": Text("Places", "Plaatsen"),
    "sort_event": Text("Events and activities", "Gebeurtenissen en activiteiten"),
    "sort_plan": Text("Plans, projects and agreements", "Plannen, projecten en afspraken"),
    "sort_document": Text("Documents", "Documenten"),
    "sort_concept": Text("Concepts", "Begrippen"),
    "sort_other": Text("Other things", "Andere dingen"),
    "sort_detail": Text("Details of things", "Bijzonderheden van dingen"),
    "sort_data": Text("Data about the data", "Data over de data"),
    "sort_term": Text("Terms of the vocabulary", "Termen van het vocabulaire"),
    "n_things_one": Text("{n} thing", "{n} ding"),
    "n_things_many": Text("{n} things", "{n} dingen"),
    "n_classes_one": Text("{n} class", "{n} klasse"),
    "n_classes_many": Text("{n} classes", "{n} klassen"),
    "n_properties_one": Text("{n} property", "{n} eigenschap"),
    "n_properties_many": Text("{n} properties", "{n} eigenschappen"),
    "what_is_kind": Text("what this kind is", "wat deze soort is"),
    "narrow": Text("Filters", "Filters"),
    "chosen": Text("Chosen", "Gekozen"),
    "drop": Text("remove", "verwijder"),
    "as_sparql": Text("View as SPARQL", "Bekijk als SPARQL"),
    "no_addresses": Text(
        "Things of this kind have no address of their own: each is shown with what it belongs to.",
        "Dingen van deze soort hebben geen eigen adres: elk staat bij het ding waar het bij hoort.",
    ),
    "nothing_left": Text(
        "Nothing matches all of these filters.", "Niets voldoet aan al deze filters."
    ),
    "pages": Text("Pages", "Pagina’s"),
    "page": Text("Page {n}", "Pagina {n}"),
    "page_before": Text("← Previous", "← Vorige"),
    "page_after": Text("Next →", "Volgende →"),
    "pointing_by": Text(
        "What points here with “{relation}”", "Wat hiernaar verwijst met “{relation}”"
    ),
    # --- questions and queries ------------------------------------------------------------------
    "question": Text("Question", "Vraag"),
    "queries_text": Text(
        "Questions with a permanent address. Fill in the parameters, read the answer, download it, or "
        "look at the SPARQL behind it.",
        "Vragen met een vast adres. Vul de parameters in, lees het antwoord, download het, of bekijk de "
        "SPARQL erachter.",
    ),
    "no_queries": Text("This dataset has none.", "Deze dataset heeft er geen."),
    "own_question": Text("Ask your own question", "Stel een eigen vraag"),
    "ask": Text("Ask", "Vraag"),
    "result": Text("Result", "Resultaat"),
    "the_query": Text("The query", "De query"),
    "change_query": Text("Change it in the workbench", "Pas aan in de werkplaats"),
    "by_machine": Text("From a program", "Vanuit een programma"),
    "answer_yes": Text("Yes.", "Ja."),
    "answer_no": Text("No.", "Nee."),
    "no_rows": Text("No solutions.", "Geen oplossingen."),
    "why_empty": Text("Why there are none", "Waarom er geen zijn"),
    "why_empty_patterns": Text(
        "This is the smallest part of the query that has no solutions:",
        "Dit is het kleinste deel van de query dat geen oplossingen heeft:",
    ),
    "why_empty_modifiers": Text(
        "The patterns of the query are not the cause.",
        "Het ligt niet aan de patronen van de query.",
    ),
    "first_rows": Text(
        "The first {n} of {total}; the downloads contain all of them.",
        "De eerste {n} van {total}; de downloads bevatten alles.",
    ),
    "workbench": Text("SPARQL workbench", "SPARQL-werkplaats"),
    "workbench_text": Text(
        "Ask the graph anything. Begin with an example, or with the query that is there.",
        "Vraag de graaf wat u wilt. Begin met een voorbeeld, of met de query die er staat.",
    ),
    "workbench_start": Text("Which kinds of things are there?", "Welke soorten dingen zijn er?"),
    "examples": Text("Examples", "Voorbeelden"),
    "prefixes": Text("Prefixes", "Prefixen"),
    "query_label": Text("SPARQL query", "SPARQL-query"),
    "run": Text("Run", "Voer uit"),
    "run_key": Text("or Ctrl + Enter", "of Ctrl + Enter"),
    "line": Text("line {n}", "regel {n}"),
    "n_rows_one": Text("{n} solution", "{n} oplossing"),
    "n_rows_many": Text("{n} solutions", "{n} oplossingen"),
    "milliseconds": Text("in {n} ms", "in {n} ms"),
    "more_rows": Text("more than {n} solutions", "meer dan {n} oplossingen"),
    "first_rows_of_more": Text(
        "The first {n} of more than {total}: a page reads no further. The downloads contain all of them.",
        "De eerste {n} van meer dan {total}: een pagina leest niet verder. De downloads bevatten alles.",
    ),
    "asks_service": Text(
        "This question also asks another endpoint:", "Deze vraag bevraagt ook een ander endpoint:"
    ),
    "service_allowed": Text("This site allows that.", "Deze site staat dat toe."),
    "service_refused": Text(
        "This site does not allow that, so the query is not run here: the setting “services” lists what "
        "is allowed. Run the query at an endpoint that allows it.",
        "Deze site staat dat niet toe, dus wordt de query hier niet uitgevoerd: de instelling “services” "
        "noemt wat wel mag. Voer de query uit op een endpoint dat het toestaat.",
    ),
    "as_form": Text("as a form", "als formulier"),
    "view_map": Text("On a map", "Op een kaart"),
    "view_bars": Text("As bars", "Als staven"),
    "view_line": Text("On a timeline", "Op een tijdlijn"),
    "map_of_result": Text("Map of the result", "Kaart van het resultaat"),
    "numbers_csv": Text("these numbers as CSV", "deze getallen als CSV"),
    "by_machine_text": Text(
        "The same question in code. Each example runs as it is.",
        "Dezelfde vraag in code. Elk voorbeeld werkt zoals het er staat.",
    ),
    "copy": Text("Copy", "Kopieer"),
    "copied": Text("Copied", "Gekopieerd"),
    "permalink": Text("Link to this query", "Link naar deze query"),
    # --- vocabulary -----------------------------------------------------------------------------
    "vocabulary": Text("Vocabulary", "Vocabulaire"),
    "vocabulary_text": Text(
        "The classes, properties and concept schemes that the dataset uses, and how often.",
        "De klassen, eigenschappen en begrippenlijsten die de dataset gebruikt, en hoe vaak.",
    ),
    "class_tree": Text("Hierarchy of classes", "Hiërarchie van klassen"),
    "class_tree_text": Text(
        "Each class stands below the class that it is a kind of. Bars show the number of things, by "
        "order of magnitude.",
        "Elke klasse staat onder de klasse waarvan zij een soort is. Balken tonen het aantal dingen, "
        "naar orde van grootte.",
    ),
    "reused": Text("Terms from other vocabularies", "Termen uit andere vocabulaires"),
    "reused_text": Text(
        "What other vocabularies already define gets no new term here.",
        "Wat andere vocabulaires al definiëren, krijgt hier geen nieuwe term.",
    ),
    "kind_class": Text("Classes", "Klassen"),
    "kind_property": Text("Properties", "Eigenschappen"),
    "kind_scheme": Text("Concept schemes", "Begrippenlijsten"),
    "no_vocabulary": Text(
        "This dataset defines no terms of its own.", "Deze dataset definieert geen eigen termen."
    ),
    # --- data -----------------------------------------------------------------------------------
    "data_text": Text(
        "{triples}, {classes}, {properties}. Take all of it, a named graph, or a single thing.",
        "{triples}, {classes}, {properties}. Neem alles, een named graph, of één ding.",
    ),
    "statistics": Text("Statistics", "Statistieken"),
    "conformance": Text("Conformance", "Conformiteit"),
    "conformance_text": Text(
        "Of {total} tests in W3C's suites for SPARQL 1.0, 1.1 and 1.2 (query, results, protocol, service "
        "description, federation), asked over HTTP, the endpoint passes {passed}. Those for updates, "
        "the graph store protocol and entailment are not asked: it only reads, and infers nothing.",
        "Van {total} tests in de suites van het W3C voor SPARQL 1.0, 1.1 en 1.2 (query, resultaten, "
        "protocol, servicebeschrijving, federatie), gesteld via HTTP, doorstaat het endpoint er "
        "{passed}. Die voor wijzigingen, het graph store-protocol en entailment worden niet gesteld: "
        "het leest alleen en leidt niets af.",
    ),
    "conformance_failed": Text("Tests that fail, and why", "Tests die mislukken, en waarom"),
    "conformance_beyond": Text("What no test covers", "Wat geen test dekt"),
    "conformance_suites": Text("Suites", "Suites"),
    "standard": Text("Standard", "Standaard"),
    "suite": Text("Suite", "Suite"),
    "test": Text("Test", "Test"),
    "tests": Text("Tests", "Tests"),
    "reason": Text("Reason", "Reden"),
    "passed": Text("Passed", "Geslaagd"),
    "failed": Text("Failed", "Mislukt"),
    "statistics_text": Text(
        "Counts of release {release}, and what its own questions measure. The query behind each figure is "
        "below it: run it again, or change it.",
        "Tellingen van uitgave {release}, en wat haar eigen vragen meten. Onder elk cijfer staat de query "
        "erachter: voer haar opnieuw uit, of verander haar.",
    ),
    "what": Text("What", "Wat"),
    "figure_query": Text("The query behind it", "De vraag erachter"),
    "not_answered": Text("This cannot be answered now.", "Dit is nu niet te beantwoorden."),
    "triples_counted": Text(
        "Triples, subjects, named graphs", "Triples, onderwerpen, named graphs"
    ),
    "number": Text("Number", "Aantal"),
    "subjects": Text("subjects", "onderwerpen"),
    "things_per_class": Text("Things per class", "Dingen per klasse"),
    "triples_per_graph": Text("Triples per named graph", "Triples per named graph"),
    "links_out": Text(
        "Links to registers and other datasets", "Links naar registers en andere datasets"
    ),
    "link": Text("Link", "Link"),
    "changes_of_data": Text("What changed in the data", "Wat er in de data veranderde"),
    "changes_of_data_text": Text(
        "Every release can be compared with the one before, triple by triple.",
        "Elke uitgave is met de vorige te vergelijken, triple voor triple.",
    ),
    "dumps": Text("Whole dataset", "Hele dataset"),
    "file": Text("File", "Bestand"),
    "format": Text("Media type", "Mediatype"),
    "size": Text("Size", "Omvang"),
    "packed": Text("Packed", "Ingepakt"),
    "no_downloads": Text("No downloads", "Geen downloads"),
    "no_downloads_note": Text(
        "The data are in another store, which this site queries, so there are no dumps of them here. "
        "Lists, search and counts date from the last survey of the store.",
        "De data staan in een andere opslag, die deze site bevraagt; daarom zijn er hier geen dumps van. "
        "Lijsten, zoeken en tellingen dateren van de laatste keer dat de opslag is doorzocht.",
    ),
    "left_out": Text("These are not complete. Left out:", "Deze zijn niet volledig. Weggelaten:"),
    "dumps_note": Text(
        "The N-Quads are canonical (RDFC-1.0): their SHA-256 is that of the release. Every file can be "
        "downloaded in parts, and is also available as .gz and .zst.",
        "De N-Quads zijn canoniek (RDFC-1.0): hun SHA-256 is die van de uitgave. Elk bestand is ook "
        "in delen te halen, en als .gz en .zst.",
    ),
    "linksets": Text("Links to other registers", "Verwijzingen naar andere registers"),
    "named_graphs": Text("Named graphs", "Named graphs"),
    "graph": Text("Graph", "Graaf"),
    "endpoint_text": Text("The SPARQL endpoint is", "Het SPARQL-endpoint is"),
    "things_text": Text(
        "Every page of a thing answers in these formats too, by the Accept header or by suffix:",
        "Elke pagina van een ding antwoordt ook in deze formaten, met de header Accept of met een "
        "achtervoegsel:",
    ),
    "described": Text("Description of the dataset", "Beschrijving van de dataset"),
    # --- look-up --------------------------------------------------------------------------------
    "lookup": Text("Look up an IRI", "Zoek een IRI op"),
    "lookup_label": Text(
        "Any IRI, the address of its page, or its code in a register",
        "Een willekeurige IRI, het adres van de pagina ervan, of de code in een register",
    ),
    "lookup_help": Text(
        "Enter an IRI from another register to find the thing in this dataset that is linked to it. A "
        "single result opens at once; several are listed. The dataset links to these registers:",
        "Vul een IRI uit een ander register in om het ding in deze dataset te vinden dat ernaar verwijst. "
        "Eén resultaat gaat meteen open; meer dan één komt in een lijst. De dataset verwijst naar deze "
        "registers:",
    ),
    "lookup_none": Text("Nothing here is linked to {iri}.", "Niets hier verwijst naar {iri}."),
    "lookup_search": Text("Search for it by name", "Zoek het op naam"),
    "lookup_sites": Text("Register", "Register"),
    "lookup_links": Text("Links", "Verwijzingen"),
    # --- about the site -------------------------------------------------------------------------
    "access_title": Text("Accessibility statement", "Toegankelijkheids\u00adverklaring"),
    "access_aim": Text(
        "{site} wants everybody to be able to use these pages: with a keyboard, with a screen reader, "
        "enlarged, on a phone, on paper, and without JavaScript. This statement is about all pages "
        "of this site, in Dutch and in English. The standard is WCAG 2.2, levels A and AA, which "
        "includes what EN 301 549 asks of websites.",
        "{site} wil dat iedereen deze pagina’s kan gebruiken: met een toetsenbord, met een "
        "schermlezer, vergroot, op een telefoon, op papier en zonder JavaScript. Deze verklaring gaat "
        "over alle pagina’s van deze site, in het Nederlands en in het Engels. De norm is WCAG 2.2, "
        "niveau A en AA; daarin zit wat EN 301 549 van websites vraagt.",
    ),
    "access_status": Text("Compliance status", "Nalevingsstatus"),
    "access_status_text": Text(
        "No independent examination by the WCAG-EM method has been done, and none is planned. By the "
        "grades A to E that Dutch public sites use, that is status D: there is a statement, but "
        "nobody outside has established how far the site complies. What the makers tested themselves "
        "stands below.",
        "Er is geen onafhankelijk onderzoek volgens de methode WCAG-EM gedaan, en er is er geen "
        "gepland. In de indeling van A tot E die Nederlandse overheidssites gebruiken is dat status "
        "D: er is een verklaring, maar niemand van buiten heeft vastgesteld in hoeverre de site "
        "voldoet. Wat de makers zelf hebben getoetst, staat hieronder.",
    ),
    "access_tested": Text("What was tested", "Wat is getoetst"),
    "access_tested_axe": Text(
        "Every type of page with axe-core in Chromium: WCAG 2.0 to 2.2 levels A and AA and good "
        "practice; light and dark, in both languages, 1280 and 320 pixels wide and at 200%.",
        "Elk soort pagina met axe-core in Chromium: WCAG 2.0 tot en met 2.2, niveau A en AA, en goed "
        "gebruik; licht en donker, in beide talen, 1280 en 320 pixels breed en op 200%.",
    ),
    "access_tested_keys": Text(
        "Use with the keyboard alone: every stop is reached, is visible, and can be left again.",
        "Gebruik met alleen het toetsenbord: elke stop wordt bereikt, is zichtbaar en kan weer worden verlaten.",
    ),
    "access_tested_text": Text(
        "That the text is the same without JavaScript, that nothing scrolls sideways at 320 pixels, "
        "and that the HTML is valid.",
        "Dat de tekst zonder JavaScript dezelfde is, dat op 320 pixels niets zijwaarts schuift, en dat "
        "de HTML geldig is.",
    ),
    "access_untested": Text("What was not tested", "Wat niet is getoetst"),
    "access_untested_readers": Text(
        "Use with screen readers (NVDA, JAWS, VoiceOver, TalkBack), speech control and magnifiers, "
        "by people who use them every day.",
        "Gebruik met schermlezers (NVDA, JAWS, VoiceOver, TalkBack), spraakbediening en "
        "vergrotingssoftware, door mensen die ze dagelijks gebruiken.",
    ),
    "access_untested_browsers": Text(
        "Other browsers than Chromium. Automatic tests find only part of all problems.",
        "Andere browsers dan Chromium. Automatische toetsen vinden maar een deel van alle problemen.",
    ),
    "access_untested_texts": Text(
        "Whether texts that come from the data are clear, and whether each says its language.",
        "Of teksten die uit de data komen helder zijn, en of elke tekst zegt in welke taal hij is.",
    ),
    "access_known": Text("Known shortcomings", "Bekende tekortkomingen"),
    "access_known_drawings": Text(
        "Drawings (map, timeline, neighbours, tree of classes) are hard to read aloud, and the names "
        "on them are small on a phone. Beside each of them stands the same as a list or a table; on a "
        "phone some drawings are left out.",
        "Tekeningen (kaart, tijdlijn, directe omgeving, boom van klassen) zijn moeilijk voor te lezen, "
        "en de namen erop zijn klein op een telefoon. Naast elk ervan staat hetzelfde als lijst of "
        "tabel; op een telefoon blijven sommige tekeningen weg.",
    ),
    "access_made": Text("How this statement was made", "Hoe deze verklaring is gemaakt"),
    "access_made_text": Text(
        "By the makers of the software themselves, with every version: a version of which a test "
        "above fails is not published. It applies to version {version} of the software.",
        "Door de makers van de software zelf, bij elke versie: een versie waarvan een toets hierboven "
        "mislukt, wordt niet uitgebracht. Zij geldt voor versie {version} van de software.",
    ),
    "access_report": Text("Does something not work for you?", "Werkt er iets niet voor u?"),
    "access_report_text": Text(
        "Report it to whoever runs this site; say which page it is and what you use. You can also ask "
        "for the information in another form: every page exists as plain data too.",
        "Meld het bij wie deze site beheert; zeg welke pagina het is en wat u gebruikt. U kunt ook om "
        "de informatie in een andere vorm vragen: elke pagina bestaat ook als gewone data.",
    ),
    "privacy_visitors": Text(
        "These pages set no cookies, load nothing from other sites, and track nobody.",
        "Deze pagina’s plaatsen geen cookies, laden niets van andere sites en volgen niemand.",
    ),
    "privacy_elsewhere": Text(
        "Links to other sites do not tell them which page you came from.",
        "Links naar andere sites vertellen niet van welke pagina u komt.",
    ),
    "privacy_people": Text(
        "People are in the dataset only for what they did or said in public.",
        "Mensen staan in de dataset alleen om wat zij in het openbaar deden of zeiden.",
    ),
    # --- errors ---------------------------------------------------------------------------------
    "did_you_mean": Text("Did you mean", "Bedoelde u"),
    "to_start": Text("To the start page", "Naar de startpagina"),
    "about_problem": Text("About this kind of error", "Over dit soort fout"),
    "problem_type": Text("Kind of error", "Soort fout"),
    "http_status": Text("HTTP status", "HTTP-status"),
    # --- validation of posted RDF ---------------------------------------------------------------
    "validate": Text("Validate RDF", "RDF valideren"),
    "validate_text": Text(
        "Checks your RDF against the shapes of this dataset. Nothing of it is kept.",
        "Toetst uw RDF aan de shapes van deze dataset. Er wordt niets van bewaard.",
    ),
    "validate_data": Text("Your RDF", "Uw RDF"),
    "rules": Text("Rules of validation", "Regels van de validatie"),
    "rules_text": Text(
        "What is checked beside the shapes: syntax, terms, concept schemes, labels, licences, queries.",
        "Wat naast de shapes wordt getoetst: syntaxis, termen, begrippenschema's, labels, licenties, vragen.",
    ),
    "rule": Text("Rule", "Regel"),
    "rule_finds": Text("What it finds", "Wat zij vindt"),
    "rule_mend": Text("What to do", "Wat te doen"),
    "rule_before": Text("The last release", "De vorige uitgave"),
    "rule_source": Text("The source", "De bron"),
    "rule_bad": Text("Wrong", "Fout"),
    "rule_good": Text("Right", "Goed"),
    "rule_query": Text("The query of the rule", "De query van de regel"),
    "validation_found": Text("What validation found", "Wat de validatie vond"),
    "validation_report": Text("Validation report", "Validatierapport"),
    "conforms": Text("The data conform.", "De data voldoen."),
    "conforms_not": Text("The data do not conform.", "De data voldoen niet."),
    "n_violations_one": Text("{n} violation", "{n} overtreding"),
    "n_violations_many": Text("{n} violations", "{n} overtredingen"),
    "n_warnings_one": Text("{n} warning", "{n} waarschuwing"),
    "n_warnings_many": Text("{n} warnings", "{n} waarschuwingen"),
    "n_remarks_one": Text("{n} remark", "{n} opmerking"),
    "n_remarks_many": Text("{n} remarks", "{n} opmerkingen"),
    "severity": Text("Severity", "Ernst"),
    "severity_violation": Text("violation", "overtreding"),
    "severity_warning": Text("warning", "waarschuwing"),
    "severity_info": Text("remark", "opmerking"),
    "finding_place": Text("Place", "Plaats"),
    "focus_node": Text("Focus node", "Focusknoop"),
    "message": Text("Message", "Melding"),
    "shape": Text("Shape", "Shape"),
    "validation_context": Text("May refer to", "Mag verwijzen naar"),
    "context_vocabulary": Text("the vocabulary", "het vocabulaire"),
    "context_dataset": Text("the vocabulary and the dataset", "het vocabulaire en de dataset"),
}
