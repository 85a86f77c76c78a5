from tests.policies.facts import Facts

FACTS = Facts(
    after=("user_profiles",),
    rows="""
-- the owner is user 1 and the participant user 2 throughout, so that a forgotten side is missed
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  ('{match}', '{owner}', '{participant}', 'accepted'),
  ('{free_match}', '{owner}', '{participant}', 'accepted'),
  ('{pending_match}', '{owner}', '{participant}', 'pending'),
  ('{declined_match}', '{owner}', '{participant}', 'declined'),
  ('{far_match}', '{owner}', '{participant}', 'accepted'),
  ('{invitation}', '{owner}', '{invited}', 'pending'),
  ('{refusal}', '{owner}', '{declined}', 'declined'),
  ('{foreign_match}', '{stranger}', '{other}', 'accepted');
""",
    insert={
        "user1_id": "'{owner}'",
        "user2_id": "'{invited}'",
        "status": "'accepted'",
    },
    update={"status": "'declined'"},
    repoint={"user1_id": "'{stranger}'", "user2_id": "'{other}'"},
    calls={
        "session_api.my_match_ids()": """
        select from session_api.my_match_ids() as id where id = '{match}'
"""
    },
    values="""
wingman_matches_status_known | status | 'pending' ; 'accepted' ; 'declined' | '' ; 'unknown'
wingman_matches_two_users | user2_id | '{other}' | '{owner}'
""",
    foreign_keys="""
wingman_matches_user1_id_fkey | user1_id = '{absent}' | user_profiles {owner} | cascade
wingman_matches_user2_id_fkey | user2_id = '{absent}' | user_profiles {participant} | cascade
""",
    definitions="""
column wingman_matches.status: text not null default 'pending'::text
column wingman_matches.user1_id: uuid not null
column wingman_matches.user2_id: uuid not null
constraint wingman_matches_status_known on wingman_matches: CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'declined'::text])))
constraint wingman_matches_two_users on wingman_matches: CHECK ((user1_id <> user2_id))
constraint wingman_matches_user1_id_fkey on wingman_matches: FOREIGN KEY (user1_id) REFERENCES user_profiles(id) ON DELETE CASCADE
constraint wingman_matches_user2_id_fkey on wingman_matches: FOREIGN KEY (user2_id) REFERENCES user_profiles(id) ON DELETE CASCADE
index wingman_matches_user1_id_idx on wingman_matches: USING btree (user1_id) INCLUDE (user2_id, id, status)
index wingman_matches_user2_id_idx on wingman_matches: USING btree (user2_id) INCLUDE (user1_id, id, status)
policy select_joined on wingman_matches: sha256 1288066a60e3d3b5
""",
)
