from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.approach_challenges (id, title, description, difficulty, points) values
  ('{challenge1}', 'One', 'The first', 'beginner', 10),
  ('{challenge2}', 'Two', 'The second', 'advanced', 20);
""",
    targets={"approach_challenges": "{challenge1}"},
    inserts={
        "approach_challenges": {
            "title": "'new'",
            "description": "'new'",
            "difficulty": "'beginner'",
            "points": "1",
        }
    },
    update={"title": "'new'"},
    repoint={},
    values="""
approach_challenges_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
approach_challenges_description_length | description | '' ; repeat('a', 2000) | repeat('a', 2001)
approach_challenges_difficulty_known | difficulty | 'beginner' ; 'intermediate' ; 'advanced' | '' ; 'unknown'
approach_challenges_points_range | points | 0 ; 1000 | -1 ; 1001
""",
    defaults={"created_at": "now()"},
)
