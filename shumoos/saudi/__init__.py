"""What is Saudi about the portal, in plain Python: numbers, mobiles, addresses, dates, countries.

Nothing here imports Django or speaks to users. Input as typed goes in, the stored form comes out, and a
refusal carries a code (see `errors`) that a form or an API turns into a sentence.
"""
