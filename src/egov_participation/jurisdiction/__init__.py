"""What the law of a place fixes: its territories with their populations, its working days, its rules for petitions.

`rule_files.PETITIONS` gives the rules for petitions that are in force (`petition_rules.RuleSet`), `working_days` counts
deadlines, `territories.country` knows the places.
"""
