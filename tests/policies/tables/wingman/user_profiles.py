from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.user_profiles (id, first_name, updated_at) values
  ('{owner}', 'Owner', '2020-01-01'), ('{participant}', 'Participant', '2020-01-01'),
  ('{invited}', 'Invited', '2020-01-01'), ('{declined}', 'Declined', '2020-01-01'),
  ('{stranger}', 'Stranger', '2020-01-01'),
  ('{other}', 'Other', '2020-01-01');
""",
    targets={
        "user_profiles of the participant": "{participant}",
        "user_profiles of one invited by the owner": "{invited}",
        "user_profiles of one who declined the owner": "{declined}",
        "user_profiles of the stranger": "{stranger}",
    },
    insert={"id": "'{owner}'", "first_name": "'new'"},
    arrangement="delete from public.user_profiles where id = '{owner}'",
    repoint={"id": "'{stranger}'"},
    calls={
        "session_api.my_buddy_ids()": """
        select from session_api.my_buddy_ids() as id where id in ('{owner}', '{participant}')
"""
    },
    values=r"""
user_profiles_first_name_plain | first_name | 'A' ; repeat('a', 100) ; 'Zoë O''Neil-Łuk' ; 'नादिया' ; E'\u0639\u0644\u06cc\u200c\u0631\u0636\u0627' ; E'ශ්\u200dරී' ; E'\u845b\U000e0100' ; E'Ada \u2764\ufe0f' ; '𠮷野' ; E'Z\u0301' ; E'\u0301Z' ; 'Anne-Marie' ; 'A=B+C@D' | '' ; repeat('a', 101) ; ' ' ; ' A' ; 'A ' ; '<b' ; 'b>' ; '&lt;b&gt;' ; 'A&' ; E'A\tB' ; E'A\nB' ; E'A\x7f' ; E'A\u0085B' ; E'\u00a0' ; E'A\u00a0B' ; E'\u3000A' ; E'A\u00ad' ; E'A\u200bB' ; E'\u200dA' ; E'A\u200dB' ; E'A\ufe0f' ; E'ශ්\u200d\u200dරී' ; E'A\u200e' ; E'\u202eA' ; E'A\u2066B' ; E'\u2028' ; E'\ufeffA' ; E'\u2800' ; E'\u3164' ; E'A\U000e0041' ; '=HYPERLINK("x")' ; '+1' ; '-1' ; '@A' ; E'A\ufdd0' ; E'A\ufdef' ; E'A\ufffe' ; E'A\uffff' ; E'A\U0001d159' ; repeat(E'\u0301', 100) ; E'\u0301 \u0301' ; E'\u0650\u200c' ; E'\u064b'
""",
    foreign_keys="""
user_profiles_id_fkey | id = '{absent}' | auth.users {owner} | cascade
""",
    definitions="""
column user_profiles.first_name: text not null
column user_profiles.id: uuid not null
constraint user_profiles_first_name_plain on user_profiles: sha256 95427bdb35e44649
constraint user_profiles_id_fkey on user_profiles: FOREIGN KEY (id) REFERENCES auth.users(id) ON DELETE CASCADE
policy insert_self on user_profiles: PERMISSIVE INSERT {authenticated} using check (id = ( SELECT session_api.caller_id() AS caller_id))
policy select_own_or_joined on user_profiles: sha256 4674bf819e45b3fd
policy update_self on user_profiles: PERMISSIVE UPDATE {authenticated} using (id = ( SELECT session_api.caller_id() AS caller_id)) check (id = ( SELECT session_api.caller_id() AS caller_id))
""",
)
