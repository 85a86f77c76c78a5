from tests.policies.facts import Facts

FACTS = {
    "job_postings": Facts(
        rows="""
insert into public.job_postings (id, user_id, title, updated_at) values
  ('{posting}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_posting}', '{stranger}', 'Theirs', '2020-01-01');
""",
        insert={
            "user_id": "'{owner}'",
            "title": "'new'",
            "company": "'new'",
            "description": "'new'",
        },
        values=r"""
job_postings_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
job_postings_company_length | company | null ; repeat('a', 200) | repeat('a', 201)
job_postings_description_length | description | null ; repeat('a', 20000) | repeat('a', 20001)
job_postings_title_plain | title | 'a < b & c > d' ; 'R&D, Q&A; List<3>' ; '"Zoë" = 1' ; 'नादिया 🎉' | repeat(chr(32), 3) ; E'A\tB' ; E'A\nB' ; E'A\rB' ; '<b' ; '</b' ; '<!--' ; '<?x' ; '<&sol;b>' ; '&lt;b&gt;' ; '&LTb' ; '&nvlt;b' ; 'a &amp;lt;b' ; '&#60;b' ; '&#x3c;b' ; '&#X3c;b' ; E'A\x01' ; E'A\x08' ; E'A\x0b' ; E'A\x0c' ; E'A\x0e' ; E'A\x1f' ; E'A\x7f' ; E'A\u0085' ; E'A\u009f' ; E'A\u202a' ; E'A\u202eB' ; E'A\u2066B' ; E'A\u2069' ; E'A\ufdd0' ; E'A\ufdef' ; E'A\ufffe' ; E'A\uffff'
job_postings_company_plain | company | null ; 'a < b & c > d' ; 'R&D, Q&A; List<3>' ; '"Zoë" = 1' ; 'नादिया 🎉' | E'A\tB' ; E'A\nB' ; E'A\rB' ; '<b' ; '</b' ; '<!--' ; '<?x' ; '<&sol;b>' ; '&lt;b&gt;' ; '&LTb' ; '&nvlt;b' ; 'a &amp;lt;b' ; '&#60;b' ; '&#x3c;b' ; '&#X3c;b' ; E'A\x01' ; E'A\x08' ; E'A\x0b' ; E'A\x0c' ; E'A\x0e' ; E'A\x1f' ; E'A\x7f' ; E'A\u0085' ; E'A\u009f' ; E'A\u202a' ; E'A\u202eB' ; E'A\u2066B' ; E'A\u2069' ; E'A\ufdd0' ; E'A\ufdef' ; E'A\ufffe' ; E'A\uffff'
job_postings_description_plain | description | null ; 'a < b & c > d' ; 'R&D, Q&A; List<3>' ; '"Zoë" = 1' ; 'नादिया 🎉' ; E'A\tB' ; E'A\nB' ; E'A\rB' | '<b' ; '</b' ; '<!--' ; '<?x' ; '<&sol;b>' ; '&lt;b&gt;' ; '&LTb' ; '&nvlt;b' ; 'a &amp;lt;b' ; '&#60;b' ; '&#x3c;b' ; '&#X3c;b' ; E'A\x01' ; E'A\x08' ; E'A\x0b' ; E'A\x0c' ; E'A\x0e' ; E'A\x1f' ; E'A\x7f' ; E'A\u0085' ; E'A\u009f' ; E'A\u202a' ; E'A\u202eB' ; E'A\u2066B' ; E'A\u2069' ; E'A\ufdd0' ; E'A\ufdef' ; E'A\ufffe' ; E'A\uffff'
""",
        calls={"session_api.bound_job_postings()": "select session_api.bound_job_postings()"},
        triggers=("bound_job_postings",),
        definitions="""
column job_postings.company: text
column job_postings.description: text
column job_postings.title: text not null
constraint job_postings_company_length on job_postings: CHECK ((char_length(company) <= 200))
constraint job_postings_company_plain on job_postings: sha256 9ae689aacd624084
constraint job_postings_description_length on job_postings: CHECK ((char_length(description) <= 20000))
constraint job_postings_description_plain on job_postings: sha256 b6c5fc5e1a41abbb
constraint job_postings_title_length on job_postings: CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
constraint job_postings_title_plain on job_postings: sha256 a0d832f17c919797
trigger bound_job_postings on job_postings: O BEFORE INSERT ON public.job_postings FOR EACH ROW EXECUTE FUNCTION session_api.bound_job_postings()
""",
    ),
    "interview_sessions": Facts(
        rows="""
insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('{interview}', '{owner}', '{posting}', '2020-01-01');
""",
        insert={"user_id": "'{owner}'", "job_posting_id": "null::uuid"},
        update={"status": "'completed'"},
        repoint={"user_id": "'{stranger}'", "job_posting_id": "null"},
        values="""
interview_sessions_question_range | current_question_number | 0 ; 1 | -1
interview_sessions_status_known | status | 'active' ; 'completed' ; 'abandoned' | '' ; 'unknown'
""",
        foreign_keys="""
interview_sessions_user_id_fkey | user_id = '{absent}' | auth.users {owner} | cascade
interview_sessions_job_posting_fkey | job_posting_id = '{foreign_posting}' | job_postings {posting} | set null (job_posting_id)
""",
        definitions="""
column interview_sessions.current_question_number: integer not null default 0
column interview_sessions.job_posting_id: uuid
column interview_sessions.status: text not null default 'active'::text
constraint interview_sessions_job_posting_fkey on interview_sessions: FOREIGN KEY (user_id, job_posting_id) REFERENCES job_postings(user_id, id) ON DELETE SET NULL (job_posting_id)
constraint interview_sessions_question_range on interview_sessions: CHECK ((current_question_number >= 0))
constraint interview_sessions_status_known on interview_sessions: CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'abandoned'::text])))
index interview_sessions_job_posting_idx on interview_sessions: USING btree (user_id, job_posting_id)
""",
    ),
}
