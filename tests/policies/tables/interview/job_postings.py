from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.job_postings (id, user_id, title, updated_at) values
  ('{posting}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_posting}', '{stranger}', 'Theirs', '2020-01-01');
""",
    targets={"job_postings": "{posting}"},
    inserts={
        "job_postings": {
            "user_id": "'{owner}'",
            "title": "'new'",
            "company": "'new'",
            "description": "'new'",
        }
    },
    update={"title": "'new'", "company": "'new'", "description": "'new'"},
    repoint={"user_id": "'{stranger}'"},
    values="""
job_postings_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
job_postings_company_length | company | null ; repeat('a', 200) | repeat('a', 201)
job_postings_description_length | description | null ; repeat('a', 20000) | repeat('a', 20001)
""",
    foreign_keys="""
job_postings_user_id_fkey | user_id = '{absent}' | auth.users {owner} | cascade
""",
    other_constraints=("job_postings_owner_key",),
    nullable=("company", "description"),
    defaults={"created_at": "now()", "updated_at": "now()"},
    triggers=("set_updated_at",),
)
