from tests.policies.facts import Facts

FACTS = Facts(
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
)
