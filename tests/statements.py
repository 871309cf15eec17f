"""Sentences of imagined articles, with what a model may truthfully write from each and what it may not. Own words.

`true`: borne out by the sentence. `false`: one thing is changed or added. Used to set and to watch the bounds of
`qa.writing.support`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stated:
    said: str
    true: tuple[str, ...]
    false: tuple[str, ...]
    title: str = ""
    lead: str = ""


STATED = (
    Stated(
        "The harbour of Norrvik opened a new quay on 3 May 2024 after three years of work.",
        (
            "Norrvik's harbour opened a new quay on 3 May 2024.",
            "After three years of work, the harbour of Norrvik opened a new quay.",
            "The new quay in Norrvik opened in May 2024.",
        ),
        (
            "Norrvik's harbour opened a new quay on 5 May 2024.",
            "The harbour of Larch Bay opened a new quay on 3 May 2024.",
            "The harbour of Norrvik opened a new quay after four years of work.",
            "The harbour of Norrvik never opened a new quay.",
            "The new quay in Norrvik opened in March 2024.",
            "The harbour of Norrvik closed its school on 3 May 2024.",
        ),
    ),
    Stated(
        "The city wants its chip industry to grow to 300 billion yuan by 2025.",
        (
            "Portavel wants its chip industry to reach 300 billion yuan by 2025.",
            "By 2025 the city wants a chip industry of 300 billion yuan.",
            "The target for the chip industry is 300 billion yuan by 2025.",
        ),
        (
            "The city wants its chip industry to grow to 300 million yuan by 2025.",
            "The city wants its chip industry to grow to 200 billion yuan by 2025.",
            "The city wants its chip industry to grow to 300 billion yuan by 2030.",
            "The city wants its chip industry to grow to 300 billion dollars by 2025, ahead of Tokyo.",
            "The city does not want its chip industry to grow to 300 billion yuan by 2025.",
            "Shanghai wants its chip industry to grow to 300 billion yuan by 2025.",
        ),
        title="Portavel plans for chips",
        lead="Portavel published its plan on Monday.",
    ),
    Stated(
        "The port has 12 berths and 7 cranes, and 40 people work there.",
        ("The port has 12 berths.", "There are 7 cranes and 12 berths in the port.", "40 people work in the port."),
        (
            "The port has 7 berths.",
            "The port has 12 cranes.",
            "The port has 40 berths.",
            "The port has 12 berths and 7 tugs.",
            "12 people work in the port.",
        ),
    ),
    Stated(
        "Ines Calloway, who edits the Lake Forum, said that the paper will not raise its price this year.",
        (
            "Ines Calloway said the paper will not raise its price this year.",
            "The Lake Forum will not raise its price this year, its editor Ines Calloway said.",
            "Ines Calloway edits the Lake Forum.",
        ),
        (
            "The Lake Forum will raise its price this year.",
            "Ines Calloway said that the paper will raise its price this year.",
            "Ines Marlow said the paper will not raise its price this year.",
            "Ines Calloway edits the Harbour Review.",
            "The paper lost half of its readers this year.",
        ),
    ),
    Stated(
        "Sales fell by 4.5% in the first quarter, while costs rose by 2%.",
        (
            "Sales fell by 4.5% in the first quarter.",
            "In the first quarter sales fell by 4.5 per cent and costs rose by 2 per cent.",
            "Costs rose by 2% in the first quarter.",
        ),
        (
            "Sales fell by 2% in the first quarter.",
            "Sales fell by 5.4% in the first quarter.",
            "Costs rose by 4.5% in the first quarter.",
            "Sales fell by 4.5 in the first quarter.",
            "Profits collapsed and the company went bankrupt.",
        ),
    ),
    Stated(
        "The council of Skerry voted by nine to two for the wind farm, which will cost 18 million crowns.",
        (
            "The council of Skerry voted for the wind farm.",
            "The wind farm in Skerry will cost 18 million crowns.",
            "Skerry's council voted 9 to 2 for the wind farm.",
        ),
        (
            "The council of Skerry voted by nine to three for the wind farm.",
            "The wind farm in Skerry will cost 80 million crowns.",
            "The council of Skerry voted against the wind farm, which nobody wanted.",
            "The council of Norrvik voted for the wind farm.",
            "The council of Skerry was paid 18 million crowns by a bank.",
        ),
    ),
    Stated(
        "Electric buses need less repair than diesel ones because their motors have fewer moving parts.",
        (
            "Electric buses need less repair because their motors have fewer moving parts.",
            "The motors of electric buses have fewer moving parts, so they need less repair than diesel buses.",
        ),
        (
            "Electric buses are dangerous and should be banned.",
            "Electric buses need less repair because the government pays for it.",
            "Electric buses never need repair at all in Portugal.",
        ),
    ),
    Stated(
        "Larch Bay Robotics was founded in 2016 by Tomas Reyle and Mira Okafor in a disused cannery.",
        (
            "Larch Bay Robotics was founded in 2016.",
            "Tomas Reyle and Mira Okafor founded Larch Bay Robotics in a disused cannery.",
            "The company was founded by Tomas Reyle and Mira Okafor.",
        ),
        (
            "Larch Bay Robotics was founded in 2018.",
            "Larch Bay Robotics was founded by Ada Moss.",
            "Larch Bay Robotics was sold to Google by Tomas Reyle.",
            "Larch Bay Robotics was founded in 2016 in a castle near Vienna.",
        ),
    ),
    Stated(
        "Members of the pact must share their stock figures every month, and no member may leave before 2028.",
        (
            "Members of the pact must share their stock figures every month.",
            "No member may leave the pact before 2028.",
        ),
        (
            "Members of the pact must share their stock figures every year.",
            "Members may leave the pact before 2028.",
            "No member may leave the pact before 2038.",
            "Members of the pact must pay a fine of 3 million crowns.",
        ),
    ),
    Stated(
        "The night ferry to Larch Bay will begin on 14 June and carry up to four hundred passengers.",
        (
            "The night ferry to Larch Bay will begin on 14 June.",
            "The night ferry will carry up to 400 passengers.",
            "From June 14 a night ferry will run to Larch Bay.",
        ),
        (
            "The night ferry to Larch Bay will begin on 14 July.",
            "The night ferry will carry up to 500 passengers.",
            "The night ferry to Norrvik will begin on 14 June.",
            "The night ferry to Larch Bay was cancelled on 14 June.",
        ),
    ),
    Stated(
        "Marsh and Sons bought the shipyard of Olaf Brill in 2019 and sold it to a Danish bank three years later.",
        (
            "Marsh and Sons bought the shipyard of Olaf Brill in 2019.",
            "Marsh and Sons sold the shipyard to a Danish bank three years later.",
        ),
        (
            "Olaf Brill bought the shipyard of Marsh and Sons in 2019.",
            "Marsh and Sons sold the shipyard of Olaf Brill in 2019.",
            "A Danish bank bought the shipyard of Olaf Brill in 2019.",
        ),
    ),
    Stated(
        "Exports of timber rose to 90 shiploads while imports of coal fell, the customs office reported in April.",
        (
            "Exports of timber rose to 90 shiploads.",
            "Imports of coal fell, the customs office reported.",
            "The customs office reported in April that timber exports rose to 90 shiploads and coal imports fell.",
        ),
        (
            "Exports of timber fell to 90 shiploads.",
            "Imports of coal rose, the customs office reported.",
            "Imports of timber rose to 90 shiploads.",
            "Exports of timber rose to 90 tonnes.",
        ),
    ),
    Stated(
        "Runa Vale beat Petra Holm in the final of the chess open after five hours.",
        ("Runa Vale beat Petra Holm in the final.", "Runa Vale won the final of the chess open after five hours."),
        (
            "Petra Holm beat Runa Vale in the final.",
            "Runa Vale lost the final of the chess open.",
            "Runa Vale beat Petra Holm in the final of the tennis open in Paris.",
        ),
    ),
    Stated(
        "The mayor warned that the old bridge could collapse unless it is closed to lorries above 7.5 tonnes.",
        (
            "The mayor warned that the old bridge could collapse.",
            "The old bridge could collapse unless it is closed to lorries above 7.5 tonnes, the mayor warned.",
        ),
        (
            "The old bridge collapsed under a lorry.",
            "The mayor warned that the old bridge could collapse unless it is closed to lorries below 7.5 tonnes.",
            "The mayor opened the old bridge to lorries above 7.5 tonnes.",
        ),
    ),
)
