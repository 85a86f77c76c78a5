from tests.policies.facts import Facts

FACTS = {
    "user_profiles": Facts(
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
    ),
    "wingman_matches": Facts(
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
    ),
    "approach_challenges": Facts(
        rows="""
insert into public.approach_challenges (id, title, description, difficulty, points) values
  ('{challenge1}', 'One', 'The first', 'beginner', 10),
  ('{challenge2}', 'Two', 'The second', 'advanced', 20);
""",
        insert={
            "title": "'new'",
            "description": "'new'",
            "difficulty": "'beginner'",
            "points": "1",
        },
        update={"title": "'new'"},
        values="""
approach_challenges_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
approach_challenges_description_length | description | '' ; repeat('a', 2000) | repeat('a', 2001)
approach_challenges_difficulty_known | difficulty | 'beginner' ; 'intermediate' ; 'advanced' | '' ; 'unknown'
approach_challenges_points_range | points | 0 ; 1000 | -1 ; 1001
""",
        definitions="""
column approach_challenges.description: text not null
column approach_challenges.difficulty: text not null
column approach_challenges.points: integer not null
column approach_challenges.title: text not null
constraint approach_challenges_description_length on approach_challenges: CHECK ((char_length(description) <= 2000))
constraint approach_challenges_difficulty_known on approach_challenges: CHECK ((difficulty = ANY (ARRAY['beginner'::text, 'intermediate'::text, 'advanced'::text])))
constraint approach_challenges_points_range on approach_challenges: CHECK (((points >= 0) AND (points <= 1000)))
constraint approach_challenges_title_length on approach_challenges: CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
policy select_all on approach_challenges: PERMISSIVE SELECT {authenticated,session_api} using true check
""",
    ),
    "wingman_sessions": Facts(
        rows="""
insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, created_at)
values
  ('{wingman}', '{match}', '{challenge1}', '{challenge2}', 'Here', now() - interval '1 hour', 'scheduled', now() - interval '1 day'),
  ('{far_wingman}', '{far_match}', '{challenge1}', '{challenge2}', 'Here', now() + interval '1 hour', 'scheduled', now() - interval '1 day'),
  ('{pending_wingman}', '{pending_match}', '{challenge1}', '{challenge2}', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('{declined_wingman}', '{declined_match}', '{challenge1}', '{challenge2}', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('{foreign_wingman}', '{foreign_match}', '{challenge1}', '{challenge2}', 'There', now() + interval '1 hour', 'cancelled', now());
""",
        targets={
            "wingman_sessions of a pending match": "{pending_wingman}",
            "wingman_sessions of a declined match": "{declined_wingman}",
        },
        insert={
            "match_id": "'{free_match}'",
            "user1_challenge_id": "'{challenge1}'",
            "user2_challenge_id": "'{challenge2}'",
            "venue_name": "'new'",
            "scheduled_time": "now() + interval '2 hours'",
        },
        inserts={
            "wingman_sessions of a pending match": {
                "match_id": "'{pending_match}'",
                "user1_challenge_id": "'{challenge1}'",
                "user2_challenge_id": "'{challenge2}'",
                "venue_name": "'new'",
                "scheduled_time": "now() + interval '2 hours'",
            },
            "wingman_sessions of a declined match": {
                "match_id": "'{declined_match}'",
                "user1_challenge_id": "'{challenge1}'",
                "user2_challenge_id": "'{challenge2}'",
                "venue_name": "'new'",
                "scheduled_time": "now() + interval '2 hours'",
            },
        },
        update={
            "status": "'completed'",
            "completed_at": "now()",
            "user1_completed_confirmed_by_user2": "true",
            "user2_completed_confirmed_by_user1": "true",
            "notes": "'new'",
            "absent": "null",
        },
        repoint={"match_id": "'{foreign_match}'"},
        calls={
            "public.cancel_wingman_session(uuid)": """
        select from public.cancel_wingman_session('{far_wingman}')
""",
            "public.confirm_wingman_session(uuid, uuid)": """
        select from public.confirm_wingman_session('{wingman}')
""",
            "public.report_wingman_no_show(uuid)": """
        select from public.report_wingman_no_show('{wingman}')
""",
            "public.write_wingman_notes(uuid, text, text)": """
        select from public.write_wingman_notes('{wingman}', 'new')
""",
        },
        values="""
wingman_sessions_status_known | status | 'scheduled' ; 'in_progress' ; 'cancelled' ; 'no_show' | '' ; 'unknown'
wingman_sessions_scheduled_after_creation | scheduled_time | created_at + interval '1 microsecond' | created_at ; created_at - interval '1 microsecond'
wingman_sessions_scheduled_time_finite | scheduled_time | now() | 'infinity'
wingman_sessions_absent_known | status = 'no_show', absent | null ; 'user1' ; 'user2' | '' ; 'user3'
wingman_sessions_absent_from_no_show | absent | null | 'user1' ; 'user2'
wingman_sessions_venue_name_not_empty | venue_name | 'A' ; repeat('a', 200) | ''
wingman_sessions_notes_length | notes | null ; '' ; repeat('a', 2000) | repeat('a', 2001)
""",
        foreign_keys="""
wingman_sessions_match_id_fkey | match_id = '{absent}' | wingman_matches {match} | cascade
wingman_sessions_user1_challenge_id_fkey | user1_challenge_id = '{absent}' | approach_challenges {challenge1} | restrict
wingman_sessions_user2_challenge_id_fkey | user2_challenge_id = '{absent}' | approach_challenges {challenge2} | restrict
""",
        unique="""
wingman_sessions_one_active_per_match | insert into public.wingman_sessions (match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time) values ('{match}', '{challenge1}', '{challenge2}', 'again', now() + interval '1 hour')
""",
        other_constraints=(
            "wingman_sessions_completed_iff_completed_at",
            "wingman_sessions_completed_iff_confirmed",
        ),
        definitions="""
column wingman_sessions.absent: text
column wingman_sessions.completed_at: timestamp with time zone
column wingman_sessions.match_id: uuid not null
column wingman_sessions.notes: text
column wingman_sessions.scheduled_time: timestamp with time zone not null
column wingman_sessions.status: character varying(50) not null default 'scheduled'::character varying
column wingman_sessions.user1_challenge_id: uuid not null
column wingman_sessions.user1_completed_confirmed_by_user2: boolean not null default false
column wingman_sessions.user2_challenge_id: uuid not null
column wingman_sessions.user2_completed_confirmed_by_user1: boolean not null default false
column wingman_sessions.venue_name: character varying(200) not null
constraint wingman_sessions_absent_from_no_show on wingman_sessions: CHECK (((absent IS NULL) OR ((status)::text = 'no_show'::text)))
constraint wingman_sessions_absent_known on wingman_sessions: CHECK ((absent = ANY (ARRAY['user1'::text, 'user2'::text])))
constraint wingman_sessions_completed_iff_completed_at on wingman_sessions: CHECK ((((status)::text = 'completed'::text) = (completed_at IS NOT NULL)))
constraint wingman_sessions_completed_iff_confirmed on wingman_sessions: CHECK ((((status)::text = 'completed'::text) = (user1_completed_confirmed_by_user2 AND user2_completed_confirmed_by_user1)))
constraint wingman_sessions_match_id_fkey on wingman_sessions: FOREIGN KEY (match_id) REFERENCES wingman_matches(id) ON DELETE CASCADE
constraint wingman_sessions_notes_length on wingman_sessions: CHECK ((char_length(notes) <= 2000))
constraint wingman_sessions_scheduled_after_creation on wingman_sessions: CHECK ((scheduled_time > created_at))
constraint wingman_sessions_scheduled_time_finite on wingman_sessions: CHECK (isfinite(scheduled_time))
constraint wingman_sessions_status_known on wingman_sessions: sha256 d4246b8554baa795
constraint wingman_sessions_user1_challenge_id_fkey on wingman_sessions: FOREIGN KEY (user1_challenge_id) REFERENCES approach_challenges(id) ON DELETE RESTRICT
constraint wingman_sessions_user2_challenge_id_fkey on wingman_sessions: FOREIGN KEY (user2_challenge_id) REFERENCES approach_challenges(id) ON DELETE RESTRICT
constraint wingman_sessions_venue_name_not_empty on wingman_sessions: CHECK (((venue_name)::text <> ''::text))
index wingman_sessions_match_id_created_at_idx on wingman_sessions: USING btree (match_id, created_at DESC)
index wingman_sessions_match_id_scheduled_time_idx on wingman_sessions: USING btree (match_id, scheduled_time DESC)
index wingman_sessions_one_active_per_match on wingman_sessions: USING btree (match_id) WHERE ((status)::text = ANY ((ARRAY['scheduled'::character varying, 'in_progress'::character varying])::text[])) unique
index wingman_sessions_user1_challenge_id_idx on wingman_sessions: USING btree (user1_challenge_id)
index wingman_sessions_user2_challenge_id_idx on wingman_sessions: USING btree (user2_challenge_id)
policy insert_joined on wingman_sessions: sha256 5bb0ffdcf2e5ee49
policy select_joined on wingman_sessions: PERMISSIVE SELECT {authenticated,session_api} using (match_id = ANY (ARRAY( SELECT session_api.my_match_ids() AS my_match_ids))) check
policy update_joined on wingman_sessions: sha256 16c838ce6510c991
relation wingman_sessions: owner postgres persistence p identity d fillfactor=80
""",
    ),
    "wingman_session_details": Facts(
        targets={"wingman_session_details": "{wingman}"},
        calls={
            "session_api.refuse_write()": "select session_api.refuse_write()",
            "session_api.wingman_session_version(text, boolean, boolean, text, text)": """
        select from session_api.wingman_session_version('scheduled', false, false, null, null)
""",
        },
        triggers=("refuse_write",),
        definitions="""
relation wingman_session_details: owner postgres persistence p identity n security_invoker=true
trigger refuse_write on wingman_session_details: O INSTEAD OF INSERT OR DELETE OR UPDATE ON public.wingman_session_details FOR EACH ROW EXECUTE FUNCTION session_api.refuse_write()
view wingman_session_details: sha256 8ba8e21ee7325e15
""",
    ),
}
