
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Challenge = {
  id: string
  title: string
  description: string
  difficulty: string
  points: number
}

export type Participant = { id: string; name: string; challenge: Challenge; confirmed: boolean }

/** What `wingman_session_details.participants` holds. */
export type Participants = { user1: Participant; user2: Participant }

export type Database = {
  
  "public": {
          Tables: {
            "approach_challenges": {
                  Row: {
                    "created_at": string,"description": string,"difficulty": "beginner" | "intermediate" | "advanced","id": string,"points": number,"title": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description": string,"difficulty": "beginner" | "intermediate" | "advanced","id"?: string,"points": number,"title": string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string,"difficulty"?: "beginner" | "intermediate" | "advanced","id"?: string,"points"?: number,"title"?: string
                  }
                  Relationships: [
                    
                  ]
                },"chat_messages": {
                  Row: {
                    "content": string,"id": string,"message_order": number,"role": "user" | "assistant" | "system","session_id": string,"timestamp": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "content": string,"id"?: string,"message_order": number,"role"?: "user" | "assistant" | "system","session_id": string,"timestamp": string,"user_id": string
                  }
                  Update: {
                    "content"?: string,"id"?: string,"message_order"?: number,"role"?: "user" | "assistant" | "system","session_id"?: string,"timestamp"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "chat_messages_session_fkey"
      columns: ["user_id","session_id"]
isOneToOne: false
      referencedRelation: "chat_sessions"
      referencedColumns: ["user_id","id"]
    }
                  ]
                },"chat_sessions": {
                  Row: {
                    "created_at": string,"id": string,"last_updated": string,"message_count": number,"title": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"last_updated"?: string,"message_count"?: number,"title": string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"last_updated"?: string,"message_count"?: number,"title"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"interview_sessions": {
                  Row: {
                    "created_at": string,"current_question_number": number,"id": string,"job_posting_id": string | null,"status": "active" | "completed" | "abandoned","updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"current_question_number"?: number,"id"?: string,"job_posting_id"?: string | null,"status"?: "active" | "completed" | "abandoned","updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"current_question_number"?: number,"id"?: string,"job_posting_id"?: string | null,"status"?: "active" | "completed" | "abandoned","updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "interview_sessions_job_posting_fkey"
      columns: ["user_id","job_posting_id"]
isOneToOne: false
      referencedRelation: "job_postings"
      referencedColumns: ["user_id","id"]
    }
                  ]
                },"job_postings": {
                  Row: {
                    "company": string | null,"created_at": string,"description": string | null,"id": string,"title": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "company"?: string | null,"created_at"?: string,"description"?: string | null,"id"?: string,"title": string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "company"?: string | null,"created_at"?: string,"description"?: string | null,"id"?: string,"title"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"session_api_idempotency_keys": {
                  Row: {
                    "answer": Json | null,"created_at": string,"fingerprint": string,"id": string,"key": string,"row_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "answer"?: Json | null,"created_at"?: string,"fingerprint": string,"id"?: string,"key": string,"row_id": string,"user_id": string
                  }
                  Update: {
                    "answer"?: Json | null,"created_at"?: string,"fingerprint"?: string,"id"?: string,"key"?: string,"row_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"study_chats": {
                  Row: {
                    "created_at": string,"id": string,"profile_id": string,"session_id": string,"title": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"profile_id": string,"session_id": string,"title"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"profile_id"?: string,"session_id"?: string,"title"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "study_chats_session_fkey"
      columns: ["profile_id","session_id"]
isOneToOne: false
      referencedRelation: "study_sessions"
      referencedColumns: ["profile_id","id"]
    }
                  ]
                },"study_chunks": {
                  Row: {
                    "chunk_index": number,"content": string,"created_at": string,"document_id": string,"id": string,"profile_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "chunk_index": number,"content": string,"created_at"?: string,"document_id": string,"id"?: string,"profile_id": string
                  }
                  Update: {
                    "chunk_index"?: number,"content"?: string,"created_at"?: string,"document_id"?: string,"id"?: string,"profile_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "study_chunks_document_fkey"
      columns: ["profile_id","document_id"]
isOneToOne: false
      referencedRelation: "study_documents"
      referencedColumns: ["profile_id","id"]
    }
                  ]
                },"study_documents": {
                  Row: {
                    "created_at": string,"file_name": string,"id": string,"mime_type": string | null,"profile_id": string,"session_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"file_name": string,"id"?: string,"mime_type"?: string | null,"profile_id": string,"session_id": string
                  }
                  Update: {
                    "created_at"?: string,"file_name"?: string,"id"?: string,"mime_type"?: string | null,"profile_id"?: string,"session_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "study_documents_session_fkey"
      columns: ["profile_id","session_id"]
isOneToOne: false
      referencedRelation: "study_sessions"
      referencedColumns: ["profile_id","id"]
    }
                  ]
                },"study_messages": {
                  Row: {
                    "chat_id": string,"content": string,"created_at": string,"id": string,"profile_id": string,"role": "user" | "assistant" | "system"
                  }
                  ComputedFields: never
                  Insert: {
                    "chat_id": string,"content": string,"created_at"?: string,"id"?: string,"profile_id": string,"role": "user" | "assistant" | "system"
                  }
                  Update: {
                    "chat_id"?: string,"content"?: string,"created_at"?: string,"id"?: string,"profile_id"?: string,"role"?: "user" | "assistant" | "system"
                  }
                  Relationships: [
                    {
      foreignKeyName: "study_messages_chat_fkey"
      columns: ["profile_id","chat_id"]
isOneToOne: false
      referencedRelation: "study_chats"
      referencedColumns: ["profile_id","id"]
    }
                  ]
                },"study_sessions": {
                  Row: {
                    "created_at": string,"description": string | null,"draft_plan": Json | null,"id": string,"profile_id": string,"status": "UPLOADING" | "PROCESSING" | "PLANNING" | "READY" | "FAILED","title": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description"?: string | null,"draft_plan"?: Json | null,"id"?: string,"profile_id": string,"status"?: "UPLOADING" | "PROCESSING" | "PLANNING" | "READY" | "FAILED","title": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string | null,"draft_plan"?: Json | null,"id"?: string,"profile_id"?: string,"status"?: "UPLOADING" | "PROCESSING" | "PLANNING" | "READY" | "FAILED","title"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"study_topics": {
                  Row: {
                    "created_at": string,"id": string,"position": number,"profile_id": string,"session_id": string,"title": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"position"?: number,"profile_id": string,"session_id": string,"title": string
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"position"?: number,"profile_id"?: string,"session_id"?: string,"title"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "study_topics_session_fkey"
      columns: ["profile_id","session_id"]
isOneToOne: false
      referencedRelation: "study_sessions"
      referencedColumns: ["profile_id","id"]
    }
                  ]
                },"user_profiles": {
                  Row: {
                    "created_at": string,"first_name": string,"id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"first_name": string,"id": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"first_name"?: string,"id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"wingman_matches": {
                  Row: {
                    "created_at": string,"id": string,"status": "pending" | "accepted" | "declined","user1_id": string,"user2_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"status"?: "pending" | "accepted" | "declined","user1_id": string,"user2_id": string
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"status"?: "pending" | "accepted" | "declined","user1_id"?: string,"user2_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "wingman_matches_user1_id_fkey"
      columns: ["user1_id"]
isOneToOne: false
      referencedRelation: "user_profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "wingman_matches_user2_id_fkey"
      columns: ["user2_id"]
isOneToOne: false
      referencedRelation: "user_profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"wingman_sessions": {
                  Row: {
                    "absent": "user1" | "user2" | null,"completed_at": string | null,"created_at": string,"id": string,"match_id": string,"notes": string | null,"scheduled_time": string,"status": "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show","user1_challenge_id": string,"user1_completed_confirmed_by_user2": boolean,"user2_challenge_id": string,"user2_completed_confirmed_by_user1": boolean,"venue_name": string
                  }
                  ComputedFields: never
                  Insert: {
                    "absent"?: "user1" | "user2" | null,"completed_at"?: string | null,"created_at"?: string,"id"?: string,"match_id": string,"notes"?: string | null,"scheduled_time": string,"status"?: "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show","user1_challenge_id": string,"user1_completed_confirmed_by_user2"?: boolean,"user2_challenge_id": string,"user2_completed_confirmed_by_user1"?: boolean,"venue_name": string
                  }
                  Update: {
                    "absent"?: "user1" | "user2" | null,"completed_at"?: string | null,"created_at"?: string,"id"?: string,"match_id"?: string,"notes"?: string | null,"scheduled_time"?: string,"status"?: "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show","user1_challenge_id"?: string,"user1_completed_confirmed_by_user2"?: boolean,"user2_challenge_id"?: string,"user2_completed_confirmed_by_user1"?: boolean,"venue_name"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "wingman_sessions_match_id_fkey"
      columns: ["match_id"]
isOneToOne: false
      referencedRelation: "wingman_matches"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "wingman_sessions_user1_challenge_id_fkey"
      columns: ["user1_challenge_id"]
isOneToOne: false
      referencedRelation: "approach_challenges"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "wingman_sessions_user2_challenge_id_fkey"
      columns: ["user2_challenge_id"]
isOneToOne: false
      referencedRelation: "approach_challenges"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Views: {
            "wingman_session_details": {
                  Row: {
                    "absent": "user1" | "user2" | null,"accepted": boolean,"can_cancel": boolean,"can_confirm": boolean,"can_report_no_show": boolean,"completed_at": string | null,"created_at": string,"due": boolean,"id": string,"match_id": string,"notes": string | null,"participants": Participants,"scheduled_time": string,"status": "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show","user1_completed_confirmed_by_user2": boolean,"user1_id": string,"user2_completed_confirmed_by_user1": boolean,"user2_id": string,"venue_name": string,"version": string,"you": "user1" | "user2"
                  }
                  ComputedFields: never
                  Insert: {
                           "absent"?: "user1" | "user2" | null,"accepted"?: boolean | null,"can_cancel"?: boolean | null,"can_confirm"?: boolean | null,"can_report_no_show"?: boolean | null,"completed_at"?: string | null,"created_at"?: string | null,"due"?: boolean | null,"id"?: string | null,"match_id"?: string | null,"notes"?: string | null,"participants"?: Json | null,"scheduled_time"?: string | null,"status"?: "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show" | null,"user1_completed_confirmed_by_user2"?: boolean | null,"user1_id"?: string | null,"user2_completed_confirmed_by_user1"?: boolean | null,"user2_id"?: string | null,"venue_name"?: string | null,"version"?: string | null,"you"?: string | null
                         }
                        Update: {
                           "absent"?: "user1" | "user2" | null,"accepted"?: boolean | null,"can_cancel"?: boolean | null,"can_confirm"?: boolean | null,"can_report_no_show"?: boolean | null,"completed_at"?: string | null,"created_at"?: string | null,"due"?: boolean | null,"id"?: string | null,"match_id"?: string | null,"notes"?: string | null,"participants"?: Json | null,"scheduled_time"?: string | null,"status"?: "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show" | null,"user1_completed_confirmed_by_user2"?: boolean | null,"user1_id"?: string | null,"user2_completed_confirmed_by_user1"?: boolean | null,"user2_id"?: string | null,"venue_name"?: string | null,"version"?: string | null,"you"?: string | null
                         }
                        Relationships: [
                    {
      foreignKeyName: "wingman_matches_user1_id_fkey"
      columns: ["user1_id"]
isOneToOne: false
      referencedRelation: "user_profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "wingman_matches_user2_id_fkey"
      columns: ["user2_id"]
isOneToOne: false
      referencedRelation: "user_profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "wingman_sessions_match_id_fkey"
      columns: ["match_id"]
isOneToOne: false
      referencedRelation: "wingman_matches"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Functions: {
            "cancel_wingman_session":
{ Args: { "session_id": string }; Returns: {
              "status": "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show"
            }[]
                           },
"chat_message_page":
{ Args: { "after_order"?: number,"before_order"?: number,"newest_first": boolean,"page_limit": number,"page_offset"?: number,"session_id": string }; Returns: Json
                           },
"chat_session_exists":
{ Args: { "session_id": string }; Returns: boolean
                           },
"confirm_wingman_session":
{ Args: { "buddy_id"?: string,"session_id": string }; Returns: {
              "completed_at": string,"status": "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show"
            }[]
                           },
"interview_session_exists":
{ Args: { "session_id": string }; Returns: boolean
                           },
"report_wingman_no_show":
{ Args: { "session_id": string }; Returns: {
              "absent": "user1" | "user2","status": "scheduled" | "in_progress" | "completed" | "cancelled" | "no_show"
            }[]
                           },
"study_session_exists":
{ Args: { "session_id": string }; Returns: boolean
                           },
"wingman_session_exists":
{ Args: { "session_id": string }; Returns: boolean
                           },
"write_wingman_notes":
{ Args: { "notes": string,"session_id": string,"versions"?: string }; Returns: {
              "details": Json
            }[]
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
