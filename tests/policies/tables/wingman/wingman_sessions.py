from tests.policies.facts import Facts

FACTS = Facts(
    after=("wingman_matches", "approach_challenges"),
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
)
