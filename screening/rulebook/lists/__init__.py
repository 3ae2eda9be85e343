"""Published access lists: a spreadsheet of unit × dimension × clause in, rules of each unit out, the spreadsheet back.

A list is data in the rulebook (`lists/<id>/`: a card, its clauses, an index of its units). It costs nothing to a site
outside its units: the rules of a unit are made when a decision first concerns that unit.
"""
